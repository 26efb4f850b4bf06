// SPDX-License-Identifier: Apache-2.0
package io.smartmails.db;

/**
 * A unit of work. It may run more than once: when another unit of the same group commit fails, the group is rolled back
 * and every unit runs again in a transaction of its own. So it touches the database only.
 */
@FunctionalInterface
public interface Work<T> {
    T run(Tx tx);
}

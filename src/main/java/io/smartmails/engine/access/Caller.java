// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.access;

import java.util.Set;

/**
 * The owner of a key.
 *
 * @param keyId public handle of the key
 * @param test a test key: nothing it sends leaves the machine
 */
public record Caller(String keyId, boolean test, Set<String> scopes) {
    /** Stands for every scope. */
    static final String ALL = "*";

    public boolean may(String scope) {
        return scope == null || scopes.contains(ALL) || scopes.contains(scope);
    }

    /** May do what only an owner or administrator may. */
    public boolean admin() {
        return scopes.contains(ALL);
    }
}

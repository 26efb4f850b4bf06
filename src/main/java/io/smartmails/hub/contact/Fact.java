// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

/**
 * One field as last said.
 *
 * @param at version of the statement in its source, epoch ms
 * @param by connection that said it
 */
record Fact(Object value, long at, String by) {
    /** Newest wins; between equals the order is by source and value, so that it is the same whatever came first. */
    boolean losesTo(Fact other) {
        if (at != other.at) {
            return at < other.at;
        }
        int source = by.compareTo(other.by);
        return source != 0 ? source < 0 : String.valueOf(value).compareTo(String.valueOf(other.value)) < 0;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import java.util.Map;

/**
 * What is asked of a listing.
 *
 * @param limit rows, 1 to 1000
 * @param byChange in order of the last change instead of that of creation
 * @param after last row seen; null at the start
 * @param times filters {@code created_after}, {@code created_before}, {@code updated_after}, {@code updated_before}, epoch ms
 * @param filters the listing's own
 */
public record Paging(
        int limit,
        boolean byChange,
        boolean descending,
        After after,
        boolean includeTotal,
        Map<String, Long> times,
        Map<String, String> filters) {

    /**
     * Where the page before ended.
     *
     * @param at what the rows are ordered by, epoch ms
     */
    public record After(long at, String id) {}

    String filter(String name) {
        return filters.get(name);
    }
}

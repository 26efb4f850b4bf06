// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import java.util.List;
import java.util.Map;

/**
 * One page of a listing.
 *
 * @param next where the next one begins; null on the last
 * @param total null unless asked for; {@link #MOST_COUNTED} means that many or more
 */
public record Page(List<Map<String, Object>> data, Paging.After next, Long total) {
    public static final long MOST_COUNTED = 10_000;
}

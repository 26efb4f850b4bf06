// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.limit;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a window said.
 *
 * @param granted whether the call may go on
 * @param limit places in 60 s
 * @param remaining places left now
 * @param resetSeconds whole seconds, rounded up, until the next place becomes free; 0 when none is taken
 */
public record Allowance(boolean granted, int limit, int remaining, long resetSeconds) {

    /** The header fields of the contract (4.2) that every reply carries. */
    public Map<String, String> headers(String policy) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("RateLimit-Policy", "\"" + policy + "\";q=" + limit + ";w=60");
        headers.put("RateLimit", "\"" + policy + "\";r=" + remaining + ";t=" + resetSeconds);
        headers.put("X-RateLimit-Limit", Integer.toString(limit));
        headers.put("X-RateLimit-Remaining", Integer.toString(remaining));
        headers.put("X-RateLimit-Reset", Long.toString(resetSeconds));
        return headers;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.time.Duration;
import java.util.List;

/**
 * What a key may do.
 *
 * @param windows all of them hold at once; never empty
 * @param recipientsPerMinute mail addresses it may name in a minute, a bucket of its own
 * @param concurrentRequests how many of its calls may be under way at once
 */
public record KeyLimits(List<RateWindow> windows, long recipientsPerMinute, int concurrentRequests) {
    public static final long DEFAULT_RECIPIENTS_PER_MINUTE = 10_000;
    public static final int DEFAULT_CONCURRENT_REQUESTS = 50;

    /** The defaults with this many requests a minute. */
    public static KeyLimits perMinute(int requests) {
        return new KeyLimits(
                List.of(new RateWindow("minute", requests, Duration.ofMinutes(1))),
                DEFAULT_RECIPIENTS_PER_MINUTE,
                DEFAULT_CONCURRENT_REQUESTS);
    }
}

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

    /** @throws IllegalArgumentException without a window, or with two of one name, or with a number below 1 */
    public KeyLimits {
        windows = List.copyOf(windows);
        if (windows.isEmpty()) {
            throw new IllegalArgumentException("a key needs at least one limit on its requests");
        }
        RateWindow.requireDistinct(windows);
        if (recipientsPerMinute < 1 || recipientsPerMinute > RateWindow.MAX_QUOTA || concurrentRequests < 1) {
            throw new IllegalArgumentException("recipients a minute and concurrent requests are at least 1");
        }
    }

    /** The defaults with this many requests a minute. */
    public static KeyLimits perMinute(int requests) {
        return new KeyLimits(
                List.of(new RateWindow("minute", requests, Duration.ofMinutes(1))),
                DEFAULT_RECIPIENTS_PER_MINUTE,
                DEFAULT_CONCURRENT_REQUESTS);
    }
}

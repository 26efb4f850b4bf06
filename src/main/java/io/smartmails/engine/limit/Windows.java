// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.limit;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.time.Duration;
import java.util.function.LongSupplier;

/** One window per key id or address, under one named policy. Windows unused for two minutes are forgotten; they are empty. */
public final class Windows {
    private static final int MOST_WINDOWS = 100_000;

    private final String policy;
    private final int limit;
    private final LoadingCache<String, SlidingWindow> windows;

    public Windows(String policy, int perMinute, LongSupplier nanos) {
        this.policy = policy;
        this.limit = perMinute;
        this.windows = Caffeine.newBuilder()
                .expireAfterAccess(Duration.ofMinutes(2))
                .maximumSize(MOST_WINDOWS)
                .build(name -> new SlidingWindow(perMinute, nanos));
    }

    public String policy() {
        return policy;
    }

    public int limit() {
        return limit;
    }

    public SlidingWindow of(String name) {
        return windows.get(name);
    }
}

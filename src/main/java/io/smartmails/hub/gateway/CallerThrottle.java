// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/**
 * How often a key may call: a token bucket of its requests per minute, refilled evenly. Deciding and counting are one
 * step, so of many parallel calls exactly as many pass as there are tokens; a refused call costs nothing. Idle buckets are
 * forgotten once they would be full again.
 */
final class CallerThrottle {
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final TimeMeter clock;
    private final Cache<String, Bucket> buckets =
            Caffeine.newBuilder().expireAfterAccess(WINDOW.multipliedBy(2)).build();

    CallerThrottle(InstantSource clock) {
        this.clock = new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return TimeUnit.MILLISECONDS.toNanos(clock.millis());
            }

            @Override
            public boolean isWallClockBased() {
                return true;
            }
        };
    }

    /**
     * What a call was told.
     *
     * @param remaining tokens left
     * @param resetSeconds until the bucket is full again
     */
    record Grant(int limit, long remaining, long resetSeconds) {}

    /**
     * Takes a token.
     *
     * @throws io.smartmails.problem.ProblemException 429 {@code rate_limited} with a {@code Retry-After} that is right
     */
    Grant take(Caller caller) {
        int limit = (int) caller.limits().windows().get(0).quota();
        Bucket bucket = buckets.get(
                caller.keyId() + "/" + limit,
                id -> Bucket.builder()
                        .withCustomTimePrecision(clock)
                        .addLimit(Bandwidth.builder()
                                .capacity(limit)
                                .refillGreedy(limit, WINDOW)
                                .build())
                        .build());
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            long wait = ceilSeconds(probe.getNanosToWaitForRefill());
            throw Problem.of(
                            ProblemCode.RATE_LIMITED,
                            "Key " + caller.keyId() + " may make " + limit + " requests a minute; the next one in "
                                    + wait + " s")
                    .withHeader("Retry-After", Long.toString(wait))
                    .withHeader("RateLimit-Policy", "\"minute\";q=" + limit + ";w=60")
                    .withHeader("RateLimit", "\"minute\";r=0;t=" + wait)
                    .asException();
        }
        return new Grant(limit, probe.getRemainingTokens(), ceilSeconds(probe.getNanosToWaitForReset()));
    }

    private static long ceilSeconds(long nanos) {
        return Math.max(1, (nanos + 999_999_999L) / 1_000_000_000L);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConfigurationBuilder;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.VerboseResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bucket of somebody: all its windows hold at once, and a call that one of them refuses takes nothing from any. Where
 * nodes share their buckets, one of this node's own stands in as long as the shared ones cannot be reached.
 */
final class CallerBucket {
    private static final Logger LOG = LoggerFactory.getLogger(CallerBucket.class);
    private static final long NANOS = 1_000_000_000L;
    /** One line in the log for a failing store, not one per call. */
    private static final AtomicBoolean STORE_FAILED = new AtomicBoolean();

    private final String id;
    private final String policyPrefix;
    private final Bucket local;
    private final Bucket shared;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean changed = new AtomicBoolean();
    private volatile List<RateWindow> windows;

    /** @param shared null on a single node */
    CallerBucket(String id, String policyPrefix, List<RateWindow> windows, Bucket local, Bucket shared) {
        this.id = id;
        this.policyPrefix = policyPrefix;
        this.windows = windows;
        this.local = local;
        this.shared = shared;
    }

    static BucketConfiguration configuration(List<RateWindow> windows) {
        ConfigurationBuilder configuration = BucketConfiguration.builder();
        for (RateWindow window : windows) {
            configuration.addLimit(bandwidth(window, window.quota()));
        }
        return configuration.build();
    }

    static Bandwidth bandwidth(RateWindow window, long tokens) {
        return Bandwidth.builder()
                .capacity(window.quota())
                .refillGreedy(window.quota(), window.length())
                .initialTokens(tokens)
                .id(window.name())
                .build();
    }

    String id() {
        return id;
    }

    /** After so long without a call it is full and can be forgotten. */
    Duration longest() {
        Duration longest = Duration.ZERO;
        for (RateWindow window : windows) {
            longest = window.length().compareTo(longest) > 0 ? window.length() : longest;
        }
        return longest;
    }

    /** Changed limits keep the share that is left: half of the old tokens are half of the new ones. */
    void adopt(List<RateWindow> wanted) {
        if (wanted == windows || wanted.equals(windows)) {
            return;
        }
        synchronized (this) {
            if (!wanted.equals(windows)) {
                BucketConfiguration configuration = configuration(wanted);
                local.replaceConfiguration(configuration, TokensInheritanceStrategy.PROPORTIONALLY);
                if (shared != null) {
                    onShared(bucket -> {
                        bucket.replaceConfiguration(configuration, TokensInheritanceStrategy.PROPORTIONALLY);
                        return true;
                    });
                }
                windows = wanted;
            }
        }
    }

    /** What is left after a decision; {@code waitNanos} is 0 when it was granted. */
    record Level(String prefix, List<RateWindow> windows, long[] left, long cost, long waitNanos) {
        boolean granted() {
            return waitNanos == 0;
        }

        long waitSeconds() {
            return Math.max(1, (waitNanos + NANOS - 1) / NANOS);
        }

        boolean isViolated(int window) {
            return !granted() && left[window] < cost;
        }

        /** Seconds until the window is whole again. */
        long fullInSeconds(int window) {
            RateWindow of = windows.get(window);
            long missing = of.quota() - left[window];
            long seconds = of.length().toSeconds();
            return missing <= 0 ? 0 : Math.max(1, (missing * seconds + of.quota() - 1) / of.quota());
        }
    }

    Level take(long tokens) {
        return consume(bucket -> bucket.asVerbose().tryConsumeAndReturnRemaining(tokens), tokens);
    }

    /** How it stands, without taking. */
    Level look() {
        return look(0);
    }

    /** Whether so many could be taken now, and when. */
    Level look(long tokens) {
        if (tokens == 0) {
            return onEither(bucket -> level(bucket.asVerbose().getAvailableTokens(), 0, 0));
        }
        return onEither(bucket -> {
            var result = bucket.asVerbose().estimateAbilityToConsume(tokens);
            return level(result, tokens, result.getValue().getNanosToWaitForRefill());
        });
    }

    void giveBack(long tokens) {
        onEither(bucket -> {
            bucket.addTokens(tokens);
            return true;
        });
    }

    private interface Use<T> {
        T on(Bucket bucket);
    }

    private Level consume(Use<VerboseResult<ConsumptionProbe>> use, long tokens) {
        return onEither(bucket -> {
            VerboseResult<ConsumptionProbe> result = use.on(bucket);
            ConsumptionProbe probe = result.getValue();
            return level(result, tokens, probe.isConsumed() ? 0 : Math.max(1, probe.getNanosToWaitForRefill()));
        });
    }

    private Level level(VerboseResult<?> result, long cost, long waitNanos) {
        long[] left = result.getDiagnostics().getAvailableTokensPerEachBandwidth();
        List<RateWindow> of = windows;
        if (left.length != of.size()) {
            // The limits change this very moment; the next call tells the new ones.
            long[] fitted = new long[of.size()];
            System.arraycopy(left, 0, fitted, 0, Math.min(left.length, fitted.length));
            left = fitted;
        }
        return new Level(policyPrefix, of, left, cost, waitNanos);
    }

    private <T> T onEither(Use<T> use) {
        if (shared != null) {
            T result = onShared(use);
            if (result != null) {
                return result;
            }
        }
        return use.on(local);
    }

    private <T> T onShared(Use<T> use) {
        try {
            T result = use.on(shared);
            if (STORE_FAILED.compareAndSet(true, false)) {
                LOG.warn("The shared buckets work again");
            }
            return result;
        } catch (RuntimeException e) {
            if (STORE_FAILED.compareAndSet(false, true)) {
                LOG.error("The shared buckets cannot be reached; until they can, each node counts for itself", e);
            }
            return null;
        }
    }

    /** Whether one more call may run beside those under way; if so {@link #end} must follow. */
    boolean begin(int most) {
        int now;
        do {
            now = underWay.get();
            if (now >= most) {
                return false;
            }
        } while (!underWay.compareAndSet(now, now + 1));
        return true;
    }

    void end() {
        underWay.decrementAndGet();
    }

    /** True for the first change since {@link #saved}. */
    boolean change() {
        return !changed.get() && changed.compareAndSet(false, true);
    }

    void saved() {
        changed.set(false);
    }
}

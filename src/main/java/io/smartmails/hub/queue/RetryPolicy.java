// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * What a failure costs, for every stage.
 *
 * <p>Exponential from 5 s to 1 h with full jitter on the upper half, and never earlier than the other side asked; after 7
 * days (or what the kind of item says), or at once when the failure is permanent, a dead letter.
 */
public final class RetryPolicy {
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofHours(1);
    static final Duration HORIZON = Duration.ofDays(7);
    private static final int DOUBLINGS = 10;

    private final RandomGenerator random;

    public RetryPolicy(RandomGenerator random) {
        this.random = random;
    }

    /** Either a next try or the end. */
    public sealed interface Verdict permits RetryAt, Dead {}

    public record RetryAt(Instant at, String cause) implements Verdict {}

    public record Dead(String cause) implements Verdict {}

    /**
     * @param attempts tries so far, the failed one included
     * @param since when the work was accepted
     */
    public Verdict judge(Throwable failure, int attempts, Instant since, Instant now) {
        return judge(failure, attempts, since, HORIZON, now);
    }

    /** With the horizon of an item's kind. */
    public Verdict judge(Throwable failure, Item item, KindRules rules, Instant now) {
        return judge(failure, item.attempts(), item.createdAt(), rules.horizon(item.lane()), now);
    }

    private Verdict judge(Throwable failure, int attempts, Instant since, Duration horizon, Instant now) {
        String cause = causeOf(failure);
        if (failure instanceof PermanentFailure) {
            return new Dead(cause);
        }
        if (now.isAfter(since.plus(horizon))) {
            return new Dead("Given up after " + words(horizon) + " and " + attempts + " tries: " + cause);
        }
        Duration delay = backOff(attempts);
        if (failure instanceof TransientFailure busy && busy.after().compareTo(delay) > 0) {
            delay = busy.after();
        }
        return new RetryAt(now.plus(delay), cause);
    }

    private static String words(Duration horizon) {
        return horizon.compareTo(Duration.ofDays(2)) >= 0
                ? horizon.toDays() + " days"
                : horizon.toMinutes() + " minutes";
    }

    private Duration backOff(int attempts) {
        long ceiling = Math.min(LONGEST.toMillis(), FIRST.toMillis() << Math.min(DOUBLINGS, Math.max(0, attempts - 1)));
        return Duration.ofMillis(ceiling / 2 + random.nextLong(ceiling / 2 + 1));
    }

    /** Failures of ours carry their cause in plain words; of a foreign one the kind is told as well. */
    private static String causeOf(Throwable failure) {
        if (failure instanceof PermanentFailure || failure instanceof TransientFailure) {
            return failure.getMessage();
        }
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What holds for all items of a kind unless an item says otherwise. The kind is the lane: transactional mail, marketing mail
 * (bulk), contacts (sync).
 *
 * @param expiresAfter best-before, counted from when the item is made or first due; a kind that is missing has none
 * @param horizon how long it is tried before it is a dead letter; 7 days for a kind that is missing
 */
public record KindRules(Map<Item.Lane, Duration> expiresAfter, Map<Item.Lane, Duration> horizon) {
    public static final KindRules USUAL = new KindRules(Map.of(), Map.of());

    public KindRules {
        expiresAfter = Map.copyOf(expiresAfter);
        horizon = Map.copyOf(horizon);
        expiresAfter.forEach((lane, duration) -> check(lane, "expires-after", duration));
        horizon.forEach((lane, duration) -> check(lane, "horizon", duration));
    }

    private static void check(Item.Lane lane, String name, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalStateException("hub." + name + " of " + lane.word() + " must be longer than zero");
        }
    }

    /** The best-before of an item that may leave from {@code start} on; null = none. */
    Instant expiresAt(Item.Lane lane, Instant start) {
        Duration after = expiresAfter.get(lane);
        return after == null ? null : start.plus(after);
    }

    Duration horizon(Item.Lane lane) {
        return horizon.getOrDefault(lane, RetryPolicy.HORIZON);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Duration;
import java.util.stream.Stream;

/**
 * How long settled work is kept. What waits and what is dead is never touched, however old.
 *
 * @param envelopes raw bytes, headers, events and messages
 * @param timeline stories, with receipts, events and runs
 * @param items the send ledger: so long nobody gets the same mail twice
 * @param dedupe a repeat of a receipt is known at least so long
 * @param deadLetters after it they are given up; null = never
 */
public record RetentionSettings(
        Duration envelopes, Duration timeline, Duration items, Duration dedupe, Duration deadLetters) {
    public RetentionSettings {
        timeline = longest(timeline, envelopes, dedupe);
        items = longest(items, timeline);
    }

    private static Duration longest(Duration... durations) {
        return Stream.of(durations).max(Duration::compareTo).orElseThrow();
    }
}

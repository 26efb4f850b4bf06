// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Instant;

/**
 * Which dead letters are meant; null = no matter.
 *
 * @param route id of the rule that failed, or whose item failed
 * @param code as {@link DeadLetter#code()}
 * @param after earliest time of death, included
 * @param before latest time of death, excluded
 * @param q beginning of the letter's or its receipt's id
 */
public record DeadLetterFilter(
        DeadLetter.Kind kind, String connection, String route, String code, Instant after, Instant before, String q) {
    public static final DeadLetterFilter ALL = new DeadLetterFilter(null, null, null, null, null, null, null);

    /** The part of it that died until then. */
    DeadLetterFilter until(Instant cutoff) {
        Instant end = cutoff.plusMillis(1);
        return new DeadLetterFilter(
                kind, connection, route, code, after, before == null || before.isAfter(end) ? end : before, q);
    }
}

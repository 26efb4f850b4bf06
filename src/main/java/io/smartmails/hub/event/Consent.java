// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.event;

import java.time.Instant;

/**
 * What a source says about permission to send marketing mail.
 *
 * @param state what the person decided
 * @param method how: {@code single}, {@code double}, {@code import} or {@code legitimate_interest}; null when not told
 * @param at when the person decided; null when not told, and then it can never undo an opt-out
 * @param evidence where that is written down, for example the source and its field
 */
public record Consent(State state, String method, Instant at, String evidence) {
    /** Unknown is the absence of a decision and is never treated as subscribed. */
    public enum State {
        SUBSCRIBED,
        UNSUBSCRIBED,
        PENDING,
        UNKNOWN
    }
}

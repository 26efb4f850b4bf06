// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Instant;
import java.util.Locale;

/**
 * Work that cannot succeed until somebody changes something.
 *
 * @param id of the row: {@code env_...}, {@code run_...} or {@code itm_...}
 * @param receipt envelope it belongs to
 * @param route id of the rule; null for an envelope and for a message of an application
 * @param about topic, rule or kind of item
 * @param code stable reason: what lists are grouped and filtered by
 * @param cause in plain words
 */
public record DeadLetter(
        String id,
        Kind kind,
        String receipt,
        String connection,
        String topic,
        String route,
        String about,
        String code,
        int attempts,
        Instant diedAt,
        String cause) {

    /** Which of the queue's tables it lies in. */
    public enum Kind {
        ENVELOPE("translation"),
        RUN("rule"),
        ITEM("sending");

        private final String stage;

        Kind(String stage) {
            this.stage = stage;
        }

        /** Public spelling, and the name of the table. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind ofId(String id) {
            return id.startsWith("run_") ? RUN : id.startsWith("itm_") ? ITEM : ENVELOPE;
        }
    }

    /** Where it stopped: {@code translation}, {@code rule}, {@code sending}. */
    public String stage() {
        return kind.stage;
    }
}

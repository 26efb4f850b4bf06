// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.hub.event.Event;
import java.time.Instant;

/**
 * One event for one rule, claimed for a lease.
 *
 * @param receivedAt when the envelope came: best-before counts from here
 * @param attempts tries so far, this one included
 * @param createdAt start of the retry horizon: when it was made, or replayed last
 * @param again mark of a forced replay, whose sends are mails of their own; null otherwise
 */
public record Run(
        String id,
        String envelopeId,
        String eventId,
        String rule,
        Event event,
        Instant receivedAt,
        int attempts,
        Instant createdAt,
        String again) {

    public Run(
            String id,
            String envelopeId,
            String eventId,
            String rule,
            Event event,
            Instant receivedAt,
            int attempts,
            Instant createdAt) {
        this(id, envelopeId, eventId, rule, event, receivedAt, attempts, createdAt, null);
    }

    /** The same with that mark. */
    Run again(String mark) {
        return new Run(id, envelopeId, eventId, rule, event, receivedAt, attempts, createdAt, mark);
    }
}

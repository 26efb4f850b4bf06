// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Instant;

/**
 * Something that leaves for SmartMails.
 *
 * @param id also the dedupe id that SmartMails sees for a send
 * @param runId null for a message of an application
 * @param identity of the business event, unique for ever; null for contacts
 * @param contactId ledger row, for contacts
 * @param batchKey what must be equal for two items to share a request
 * @param expiresAt best-before; null = none
 * @param attempts tries so far, this one included when claimed
 * @param createdAt start of the retry horizon: when it was made, or replayed last
 * @param payload JSON of the message as SmartMails takes it; {@code {}} for contacts
 */
public record Item(
        String id,
        Kind kind,
        String envelopeId,
        String runId,
        String identity,
        String contactId,
        Lane lane,
        String batchKey,
        Instant expiresAt,
        int attempts,
        Instant createdAt,
        String payload) {

    public enum Kind {
        SEND,
        CONTACT
    }

    /** Share of the request budget it travels on. */
    public enum Lane {
        TRANSACTIONAL,
        BULK,
        SYNC
    }
}

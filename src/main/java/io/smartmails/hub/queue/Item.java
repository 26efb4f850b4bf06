// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Instant;
import java.util.Locale;

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
 * @param triedAt since when SmartMails may know it, by a request whose outcome nobody told; null = it does not
 * @param unsettled requests with this item whose outcome is not known, the one under way included when claimed
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
        String payload,
        Instant triedAt,
        int unsettled) {

    /** One that no request carried yet. */
    public Item(
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
        this(
                id,
                kind,
                envelopeId,
                runId,
                identity,
                contactId,
                lane,
                batchKey,
                expiresAt,
                attempts,
                createdAt,
                payload,
                null,
                0);
    }

    /** Whether an earlier request may have brought it to SmartMails. */
    public boolean isUncertain() {
        return unsettled > 1;
    }

    /**
     * The batch key of a send: mail of one sender and mode shares requests.
     *
     * @param sender profile or address; null for the account's own
     */
    public static String batchKey(String sender, boolean sandbox) {
        String mode = sandbox ? "sandbox" : "live";
        if (sender == null || sender.isBlank()) {
            return mode;
        }
        String key = mode + "/" + sender.strip().toLowerCase(Locale.ROOT).replace('#', '_');
        return key.length() <= BATCH_KEY_CHARS ? key : key.substring(0, BATCH_KEY_CHARS);
    }

    public enum Kind {
        SEND,
        CONTACT
    }

    /** Share of the request budget it travels on. */
    public enum Lane {
        TRANSACTIONAL,
        BULK,
        SYNC;

        /** As it is stored and shown. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int BATCH_KEY_CHARS = 200;
}

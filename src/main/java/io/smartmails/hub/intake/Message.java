// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A message as the hub knows it.
 *
 * @param mode {@code live} or {@code test}, as the key that brought it
 * @param batchId null when it came alone
 * @param dedupeId null when the caller gave none
 * @param itemId what carries it to SmartMails
 * @param template id or alias; null when it brought its own content
 * @param outcome status settled here: of the sandbox, or {@code cancelled}; null when SmartMails settles it
 * @param outcomeAt from when on the outcome shows; null when SmartMails settles it
 * @param status one of the contract's, as of now
 * @param upstreamId id of the message at SmartMails; null until it took it
 * @param cause why it waits, was dropped or failed; may be null
 * @param summary sender, recipients, subject, category, tags, metadata, sandbox, expires_at
 */
record Message(
        String id,
        String mode,
        String keyId,
        String batchId,
        String dedupeId,
        String itemId,
        String template,
        String outcome,
        Instant outcomeAt,
        Instant sendAt,
        Instant createdAt,
        Instant updatedAt,
        JsonNode summary,
        String status,
        String upstreamId,
        String cause) {
    static final String SCHEDULED = "scheduled";
    static final String QUEUED = "queued";
    static final String SENT = "sent";
    static final String DELIVERED = "delivered";
    static final String BOUNCED = "bounced";
    static final String FAILED = "failed";
    static final String CANCELLED = "cancelled";

    boolean isSandbox() {
        return summary.path("sandbox").asBoolean();
    }
}

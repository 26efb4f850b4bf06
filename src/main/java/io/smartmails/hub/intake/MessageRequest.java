// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.queue.Item;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One message of an application, checked against section 4.8 of the SmartMails contract.
 *
 * @param body as it came, addresses normalized
 * @param sender the address it says it is from, or the id of a sender profile; null for the account's default
 * @param template id or alias; null when it brings its own content
 * @param metadata scalars as text
 * @param sendAt null for now
 * @param expiresAt null for never
 * @param dedupeId null when the caller gave none
 * @param sandbox accept, but deliver nowhere
 */
record MessageRequest(
        ObjectNode body,
        String sender,
        List<Recipient> recipients,
        String subject,
        String template,
        String category,
        Item.Lane lane,
        List<String> tags,
        Map<String, String> metadata,
        Instant sendAt,
        Instant expiresAt,
        String dedupeId,
        boolean sandbox) {}

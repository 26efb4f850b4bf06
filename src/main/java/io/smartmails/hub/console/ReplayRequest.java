// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * How one dead letter is to be replayed.
 *
 * @param payload bytes that take the place of an envelope's; null = as they came
 * @param command message that takes the place of an item's; null = as it was
 * @param force mail again what was mailed already
 * @param reason why, for the story; needed to force
 */
record ReplayRequest(byte[] payload, ObjectNode command, boolean force, String reason) {

    /** @param body JSON, empty for nothing */
    static ReplayRequest parse(byte[] body) {
        ObjectNode json = Input.object(body, "payload", "payload_base64", "command", "force", "reason");
        return new ReplayRequest(
                payload(json), command(json), Input.flag(json, "force", false), Input.text(json, "reason"));
    }

    private static byte[] payload(ObjectNode json) {
        JsonNode text = json.path("payload");
        String base64 = Input.text(json, "payload_base64");
        if (!text.isMissingNode() && !text.isNull()) {
            if (base64 != null) {
                throw Input.wrong("/payload_base64", "give payload or payload_base64, not both");
            }
            return (text.isTextual() ? text.asText() : Input.write(text)).getBytes(StandardCharsets.UTF_8);
        }
        try {
            return base64 == null ? null : Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw Input.wrong("/payload_base64", "is no Base64 (RFC 4648, section 4)");
        }
    }

    private static ObjectNode command(ObjectNode json) {
        JsonNode command = json.path("command");
        if (command.isMissingNode() || command.isNull()) {
            return null;
        }
        if (command instanceof ObjectNode message) {
            return message;
        }
        throw Input.wrong("/command", "a JSON object: the whole message as SmartMails takes it");
    }
}

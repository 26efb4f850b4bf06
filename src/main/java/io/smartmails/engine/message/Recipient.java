// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.engine.input.Addresses;
import io.smartmails.engine.input.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One addressee and what became of them.
 *
 * @param kind to, cc or bcc
 * @param email address to send to
 * @param name display name; null for none
 * @param status accepted (waiting), suppressed, delivered or bounced
 * @param reason why suppressed or bounced; null otherwise
 */
public record Recipient(String kind, String email, String name, String status, String reason) {
    public static final String ACCEPTED = "accepted";
    public static final String SUPPRESSED = "suppressed";
    public static final String DELIVERED = "delivered";
    public static final String BOUNCED = "bounced";

    public boolean waiting() {
        return status.equals(ACCEPTED);
    }

    public String key() {
        return Addresses.key(email);
    }

    public Recipient become(String newStatus, String newReason) {
        return new Recipient(kind, email, name, newStatus, newReason);
    }

    ObjectNode view() {
        ObjectNode view = Json.object();
        view.put("email", email);
        if (name != null) {
            view.put("name", name);
        }
        if (!kind.equals("to")) {
            view.put("kind", kind);
        }
        return view.put("status", status).put("reason", reason);
    }

    static String stored(List<Recipient> recipients) {
        ArrayNode array = Json.MAPPER.createArrayNode();
        recipients.forEach(recipient -> array.add(recipient.view()));
        return array.toString();
    }

    static List<Recipient> read(String stored) {
        return Json.MAPPER
                .readTree(stored)
                .valueStream()
                .map(node -> new Recipient(
                        node.path("kind").asString("to"),
                        node.get("email").asString(),
                        text(node, "name"),
                        node.get("status").asString(),
                        text(node, "reason")))
                .toList();
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value.asString();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.engine.input.Addresses;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.input.Times;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A checked change of a contact. A field that is absent stays, null clears.
 *
 * @param email normalized key; null when the change has none
 * @param externalIds namespace to value; null value removes
 * @param status status asked for (from {@code status}, else {@code consent.status}); null for none
 * @param consentAt time of the consent given; null when it has none
 * @param source who says so; null when not told
 * @param sourceUpdatedAt when that source changed it; null when not told
 * @param fields the raw change
 */
record ContactPatch(
        String email,
        Map<String, String> externalIds,
        String status,
        Long consentAt,
        String source,
        Long sourceUpdatedAt,
        ObjectNode fields) {

    static final List<String> TEXTS =
            List.of("first_name", "last_name", "phone", "company", "locale", "timezone", "country", "city");
    private static final int MOST_FIELD_BYTES = 10 * 1024;

    static ContactPatch read(Fields fields, ObjectNode raw) {
        String email = fields.email("email");
        for (String name : TEXTS) {
            fields.line(name, 500);
        }
        ObjectNode external = fields.object("external_ids");
        Map<String, String> externalIds = new LinkedHashMap<>();
        if (external != null) {
            external.properties().forEach(entry -> {
                JsonNode value = entry.getValue();
                if (value.isString() || value.isNumber() || value.isNull()) {
                    externalIds.put(entry.getKey(), value.isNull() ? null : value.asString());
                } else {
                    fields.fail("external_ids", "field_type", "values must be strings");
                }
            });
        }
        ObjectNode own = fields.object("fields");
        if (own != null && own.toString().length() > MOST_FIELD_BYTES) {
            fields.fail("fields", "too_long", "custom fields may have 10 KB in all");
        }
        ObjectNode topics = fields.object("topics");
        if (topics != null && !topics.valueStream().allMatch(JsonNode::isBoolean)) {
            fields.fail("topics", "field_type", "values must be true or false");
        }
        names(fields, "tags", 64);
        names(fields, "lists", 200);
        String status = fields.oneOf(
                "status",
                null,
                Contact.SUBSCRIBED,
                Contact.UNSUBSCRIBED,
                Contact.PENDING,
                Contact.BOUNCED,
                Contact.COMPLAINED,
                "archived");
        Long consentAt = null;
        Fields consent = fields.nested("consent");
        if (consent != null) {
            String given = consent.oneOf("status", null, Contact.SUBSCRIBED, Contact.UNSUBSCRIBED, Contact.PENDING);
            consent.line("source", 200);
            consent.oneOf("method", null, "single", "double", "import", "legitimate_interest");
            consent.line("ip", 64);
            consent.text("text", 2000);
            consentAt = consent.time("at");
            consent.end();
            status = status == null ? given : status;
        }
        String source = fields.line("source", 100);
        Long sourceUpdatedAt = fields.time("source_updated_at");
        // What a GET gave may be sent back.
        fields.accept("id", "engagement", "created_at", "updated_at");
        fields.end();
        return new ContactPatch(
                email == null ? null : Addresses.key(email),
                externalIds,
                "archived".equals(status) ? null : status,
                consentAt,
                source,
                sourceUpdatedAt,
                raw);
    }

    private static void names(Fields fields, String name, int maxLength) {
        if (fields.any(name) instanceof ObjectNode) {
            Fields change = fields.nested(name);
            change.texts("add", 1000, maxLength);
            change.texts("remove", 1000, maxLength);
            change.end();
        } else {
            fields.texts(name, 1000, maxLength);
        }
    }

    /** Names in a {@code tags} or {@code lists} field after the change; {@code null} when it does not touch them. */
    List<String> names(String field, List<String> before, boolean replace) {
        JsonNode change = fields.get(field);
        if (change == null) {
            return null;
        }
        Set<String> names =
                replace && !(change instanceof ObjectNode) ? new LinkedHashSet<>() : new LinkedHashSet<>(before);
        if (change instanceof ObjectNode object) {
            names.addAll(Json.strings(object.get("add")));
            Json.strings(object.get("remove")).forEach(names::remove);
        } else if (!change.isNull()) {
            names.addAll(Json.strings(change));
        }
        return List.copyOf(names);
    }

    /** Every list named in the change. */
    Set<String> listReferences() {
        JsonNode lists = fields.get("lists");
        if (lists instanceof ObjectNode object) {
            return Stream.concat(Json.strings(object.get("add")).stream(), Json.strings(object.get("remove")).stream())
                    .collect(Collectors.toSet());
        }
        return Set.copyOf(Json.strings(lists));
    }

    static Long time(JsonNode text) {
        return text == null || text.isNull()
                ? null
                : Times.parse(text.asString()).orElse(null);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.contact.ContactPatch;
import io.smartmails.hub.contact.ContactPatch.Names;
import io.smartmails.hub.contact.Contacts;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a contact of the contract (4.10) into a change of the ledger. */
final class ContactReader {
    private static final int MOST_FIELD_BYTES = 10 * 1024;
    private static final int MOST_NAMES = 1000;
    private static final int LONGEST_TAG = 64;
    private static final int LONGEST_LIST = 200;
    private static final int LONGEST_EXTERNAL = 200;
    private static final int LONGEST_NAMESPACE = 70;
    /** Under which the hub itself is known to SmartMails. */
    private static final String OWN_NAMESPACE = "hub";

    private ContactReader() {}

    /** @param node the contact; what is wrong with it is noted in the faults */
    static ContactPatch read(JsonNode node, String pointer, Faults faults) {
        var fields = new Fields(node, pointer, faults);
        Map<String, Object> facts = new LinkedHashMap<>();
        Set<String> cleared = new LinkedHashSet<>();
        String email = fields.email("email");
        for (String name : Contacts.TEXTS) {
            String text = fields.line(name, 500);
            if (fields.given(name)) {
                facts.put(name, text == null || text.isEmpty() ? null : text);
            }
        }
        Map<String, String> externalIds = externalIds(fields);
        own(fields, facts, cleared);
        topics(fields, facts, cleared);
        Names tags = names(fields, "tags", LONGEST_TAG);
        Names lists = names(fields, "lists", LONGEST_LIST);
        String status = fields.oneOf("status", null, ContactPatch.STATUSES.toArray(String[]::new));
        ContactPatch.Evidence evidence = null;
        Fields consent = fields.nested("consent");
        if (consent != null) {
            String given = consent.oneOf("status", null, "subscribed", "unsubscribed", "pending");
            evidence = new ContactPatch.Evidence(
                    consent.line("source", 200),
                    consent.oneOf("method", null, "single", "double", "import", "legitimate_interest"),
                    consent.line("ip", 64),
                    consent.time("at"),
                    consent.text("text", 2000));
            consent.end();
            status = status == null ? given : status;
        }
        String source = fields.line("source", 100);
        Long sourceUpdatedAt = fields.time("source_updated_at");
        // What a GET gave may be sent back.
        fields.accept("id", "engagement", "created_at", "updated_at");
        fields.end();
        return new ContactPatch(
                email,
                facts,
                cleared,
                externalIds,
                tags,
                lists,
                "archived".equals(status) ? null : status,
                evidence,
                source,
                sourceUpdatedAt);
    }

    private static Map<String, String> externalIds(Fields fields) {
        Map<String, String> ids = new LinkedHashMap<>();
        ObjectNode external = fields.object("external_ids");
        if (external != null) {
            external.properties().forEach(entry -> {
                JsonNode value = entry.getValue();
                String text = value.isNull() ? null : value.asText();
                if (!(value.isTextual() || value.isNumber() || value.isNull())) {
                    fields.fail("external_ids", "field_type", "values must be strings");
                } else if (entry.getKey().equals(OWN_NAMESPACE)) {
                    fields.fail("external_ids", "invalid_value", "the namespace 'hub' is the hub's own");
                } else if (entry.getKey().length() > LONGEST_NAMESPACE
                        || text != null
                                && (text.isEmpty() || text.length() > LONGEST_EXTERNAL || text.indexOf('\0') >= 0)) {
                    fields.fail("external_ids", "too_long", "an id may have 1 to " + LONGEST_EXTERNAL + " characters");
                } else {
                    ids.put(entry.getKey(), text);
                }
            });
        }
        return ids;
    }

    private static void own(Fields fields, Map<String, Object> facts, Set<String> cleared) {
        ObjectNode own = fields.object("fields");
        if (own == null) {
            if (fields.given("fields")) {
                cleared.add("fields.");
            }
            return;
        }
        if (own.toString().length() > MOST_FIELD_BYTES) {
            fields.fail("fields", "too_long", "custom fields may have 10 KB in all");
            return;
        }
        own.properties().forEach(entry -> facts.put("fields." + entry.getKey(), plain(entry.getValue())));
    }

    private static void topics(Fields fields, Map<String, Object> facts, Set<String> cleared) {
        ObjectNode topics = fields.object("topics");
        if (topics == null) {
            if (fields.given("topics")) {
                cleared.add("topics.");
            }
            return;
        }
        topics.properties().forEach(entry -> {
            if (!entry.getValue().isBoolean()) {
                fields.fail("topics", "field_type", "values must be true or false");
            }
            facts.put("topics." + entry.getKey(), entry.getValue().asBoolean());
        });
    }

    private static Object plain(JsonNode value) {
        try {
            return value.isNull() ? null : ApiJson.MAPPER.treeToValue(value, Object.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON value that was read cannot be read", e);
        }
    }

    private static Names names(Fields fields, String name, int maxLength) {
        if (!fields.given(name)) {
            return Names.NONE;
        }
        if (fields.any(name) instanceof ObjectNode) {
            Fields change = fields.nested(name);
            List<String> add = change.texts("add", MOST_NAMES, maxLength);
            List<String> remove = change.texts("remove", MOST_NAMES, maxLength);
            change.end();
            return new Names(new LinkedHashSet<>(add), new LinkedHashSet<>(remove), false);
        }
        return new Names(new LinkedHashSet<>(fields.texts(name, MOST_NAMES, maxLength)), Set.of(), true);
    }
}

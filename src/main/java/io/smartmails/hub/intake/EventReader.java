// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads events of applications; every limit of contract 4.16 is checked here. */
final class EventReader {
    static final Duration OLDEST = Duration.ofDays(30);
    static final Duration FARTHEST_AHEAD = Duration.ofMinutes(5);
    private static final int MAX_PROPERTIES_CHARS = 32 * 1024;
    private static final int MAX_NAME_CHARS = 100;
    private static final Pattern NAME = Pattern.compile("[a-z0-9_]+(\\.[a-z0-9_]+)*");
    private static final int MAX_DECIMAL_CHARS = 40;
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");
    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
    private static final Set<String> FIELDS = Set.of(
            "name",
            "contact",
            "occurred_at",
            "properties",
            "value",
            "currency",
            "dedupe_id",
            "source",
            "create_contact");
    private static final Set<String> CONTACT = Set.of(
            "id",
            "email",
            "external_id",
            "first_name",
            "last_name",
            "phone",
            "company",
            "locale",
            "timezone",
            "country",
            "city",
            "fields",
            "tags");

    /**
     * A checked event.
     *
     * @param body as it came, the address normalized
     * @param dedupeId null when the caller gave none
     */
    record Request(ObjectNode body, String dedupeId) {}

    private EventReader() {}

    /** Reads an event; the result must not be used when its faults are any. */
    static Request read(ObjectNode body, String at, Faults faults, Instant now) {
        var fields = new FieldReader(body, at, faults);
        fields.onlyKnown(FIELDS);
        String name = fields.line("name", MAX_NAME_CHARS);
        if (!fields.has("name")) {
            fields.fail("name", "required", "is needed, for example order.paid");
        } else if (name != null && !NAME.matcher(name).matches()) {
            fields.fail("name", "invalid_value", "must be lower-case words joined by dots, for example order.paid");
        }
        checkContact(fields);
        Instant occurred = fields.time("occurred_at");
        if (occurred != null && (occurred.isBefore(now.minus(OLDEST)) || occurred.isAfter(now.plus(FARTHEST_AHEAD)))) {
            fields.fail("occurred_at", "invalid_value", "may be 30 days old and 5 minutes ahead");
        }
        ObjectNode properties = fields.object("properties");
        if (properties != null && properties.toString().length() > MAX_PROPERTIES_CHARS) {
            fields.fail("properties", "too_long", "may have 32 KB");
        }
        checkValue(fields);
        fields.line("source", MAX_NAME_CHARS);
        fields.flag("create_contact");
        return new Request(body, fields.line("dedupe_id", 255));
    }

    private static void checkContact(FieldReader fields) {
        FieldReader contact = fields.nested("contact");
        if (contact == null) {
            if (!fields.has("contact")) {
                fields.fail("contact", "required", "say whom it is about, by email, id or external_id");
            }
            return;
        }
        contact.onlyKnown(CONTACT);
        Address.read(contact, "email");
        for (String name : CONTACT) {
            if (!Set.of("email", "fields", "tags").contains(name)) {
                contact.line(name, 255);
            }
        }
        contact.object("fields");
        contact.lines("tags", 50, 64);
        if (!contact.has("email") && !contact.has("id") && !contact.has("external_id")) {
            fields.fail("contact", "required", "needs email, id or external_id");
        }
    }

    /** A number, or a decimal in a text as the contract writes money. */
    private static void checkValue(FieldReader fields) {
        JsonNode value = fields.node().path("value");
        if (fields.has("value") && !value.isNumber() && !isDecimal(value)) {
            fields.fail("value", "field_type", "must be a number such as 59.80");
        }
        String currency = fields.line("currency", 3);
        if (currency != null && !CURRENCY.matcher(currency).matches()) {
            fields.fail("currency", "invalid_value", "must be three capital letters such as EUR");
        }
    }

    private static boolean isDecimal(JsonNode value) {
        return value.isTextual()
                && value.textValue().length() <= MAX_DECIMAL_CHARS
                && DECIMAL.matcher(value.textValue()).matches();
    }
}

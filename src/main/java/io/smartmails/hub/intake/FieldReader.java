// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the fields of one JSON object; what is wrong goes to its {@link Faults}, and null comes out. */
final class FieldReader {
    private final ObjectNode node;
    private final String at;
    private final Faults faults;

    /** @param at pointer of the object in the request body, empty for the body itself */
    FieldReader(ObjectNode node, String at, Faults faults) {
        this.node = node;
        this.at = at;
        this.faults = faults;
    }

    /** One more step of an RFC 6901 pointer. */
    static String pointer(String parent, String name) {
        return parent + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    /** Any RFC 3339 time with an offset; empty when the text is none. */
    static Optional<Instant> timeOf(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    void fail(String name, String code, String detail) {
        faults.add(pointer(at, name), code, detail);
    }

    void onlyKnown(Set<String> names) {
        faults.onlyKnown(node, at, names);
    }

    boolean has(String name) {
        return node.hasNonNull(name);
    }

    String text(String name, int maxChars) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = node.get(name);
        if (!value.isTextual()) {
            fail(name, "field_type", "must be a text");
            return null;
        }
        if (value.textValue().length() > maxChars) {
            fail(name, "too_long", "may have " + maxChars + " characters");
            return null;
        }
        return value.textValue();
    }

    /** A text that is not empty and goes into a header or a column. */
    String line(String name, int maxChars) {
        String text = text(name, maxChars);
        if (text != null && text.isEmpty()) {
            fail(name, "invalid_value", "must not be empty; leave it out instead");
            return null;
        }
        if (text != null && text.chars().anyMatch(Character::isISOControl)) {
            fail(name, "invalid_text", "must be one line without control characters");
            return null;
        }
        return text;
    }

    String oneOf(String name, String fallback, String... choices) {
        String text = text(name, 100);
        if (text == null) {
            return fallback;
        }
        if (!List.of(choices).contains(text)) {
            fail(name, "invalid_value", "must be one of " + String.join(", ", choices));
            return fallback;
        }
        return text;
    }

    Instant time(String name) {
        String text = text(name, 100);
        if (text == null) {
            return null;
        }
        Optional<Instant> time = timeOf(text);
        if (time.isEmpty()) {
            fail(name, "field_type", "must be an RFC 3339 time such as 2026-01-31T12:00:00Z");
        }
        return time.orElse(null);
    }

    boolean flag(String name) {
        if (!has(name)) {
            return false;
        }
        if (!node.get(name).isBoolean()) {
            fail(name, "field_type", "must be true or false");
        }
        return node.get(name).asBoolean();
    }

    ObjectNode object(String name) {
        if (!has(name)) {
            return null;
        }
        if (node.get(name) instanceof ObjectNode object) {
            return object;
        }
        fail(name, "field_type", "must be an object");
        return null;
    }

    /** The reader of a nested object; null when there is none. */
    FieldReader nested(String name) {
        ObjectNode object = object(name);
        return object == null ? null : new FieldReader(object, pointer(at, name), faults);
    }

    /** Never null. */
    List<JsonNode> array(String name, int maxItems) {
        List<JsonNode> items = new ArrayList<>();
        if (!has(name)) {
            return items;
        }
        if (!(node.get(name) instanceof ArrayNode array)) {
            fail(name, "field_type", "must be an array");
        } else if (array.size() > maxItems) {
            fail(name, "too_many", "may have " + maxItems + " items");
        } else {
            array.forEach(items::add);
        }
        return items;
    }

    /** Never null. */
    List<String> lines(String name, int maxItems, int maxChars) {
        List<String> texts = new ArrayList<>();
        int index = 0;
        for (JsonNode item : array(name, maxItems)) {
            if (item.isTextual()
                    && !item.textValue().isEmpty()
                    && item.textValue().length() <= maxChars
                    && item.textValue().chars().noneMatch(Character::isISOControl)) {
                texts.add(item.textValue());
            } else {
                faults.add(
                        pointer(at, name) + "/" + index,
                        "field_type",
                        "must be a text of 1 to " + maxChars + " characters in one line");
            }
            index++;
        }
        return texts;
    }

    String at(String name) {
        return pointer(at, name);
    }

    ObjectNode node() {
        return node;
    }

    Faults faults() {
        return faults;
    }
}

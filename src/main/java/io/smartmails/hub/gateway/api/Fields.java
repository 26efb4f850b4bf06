// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.contact.Addresses;
import io.smartmails.hub.contact.Times;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads one JSON object field by field. Wrong fields are noted in {@link Faults} and read as null; {@link #end} notes those
 * nobody asked for. Null and absent are the same here.
 */
final class Fields {
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1F\\x7F]");
    private static final int LONGEST_ADDRESS = 320;
    private static final int LONGEST_WORD = 64;

    private final ObjectNode node;
    private final String pointer;
    private final Faults faults;
    private final Set<String> known = new HashSet<>();

    /** @param pointer where the object stands in the body */
    Fields(JsonNode node, String pointer, Faults faults) {
        this.pointer = pointer;
        this.faults = faults;
        if (node instanceof ObjectNode object) {
            this.node = object;
        } else {
            this.node = ApiJson.MAPPER.createObjectNode();
            faults.add(pointer, "field_type", "must be an object");
        }
    }

    /** RFC 6901. */
    String pointer(String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    void fail(String name, String code, String detail) {
        faults.add(pointer(name), code, detail);
    }

    /** Whether the field stands there, be it null. */
    boolean given(String name) {
        return node.has(name);
    }

    /** The field as it stands; null when absent or null. */
    JsonNode any(String name) {
        known.add(name);
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    String text(String name, int maxLength) {
        JsonNode value = any(name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            fail(name, "field_type", "must be a string");
            return null;
        }
        if (value.textValue().length() > maxLength) {
            fail(name, "too_long", "must have at most " + maxLength + " characters");
            return null;
        }
        if (value.textValue().indexOf('\0') >= 0) {
            fail(name, "invalid_text", "must not hold the character NUL");
            return null;
        }
        return value.textValue();
    }

    /** A text on one line. */
    String line(String name, int maxLength) {
        String text = text(name, maxLength);
        if (text != null && CONTROL.matcher(text).find()) {
            fail(name, "invalid_text", "must not hold line breaks or control characters");
            return null;
        }
        return text;
    }

    String requiredLine(String name, int maxLength) {
        boolean there = any(name) != null;
        String text = line(name, maxLength);
        if (!there || text != null && text.isBlank()) {
            fail(name, "required", "is needed");
        }
        return text;
    }

    boolean flag(String name, boolean fallback) {
        JsonNode value = any(name);
        if (value != null && !value.isBoolean()) {
            fail(name, "field_type", "must be true or false");
        }
        return value == null ? fallback : value.asBoolean(fallback);
    }

    /** Epoch milliseconds of an RFC 3339 time. */
    Long time(String name) {
        String text = text(name, LONGEST_WORD);
        if (text == null) {
            return null;
        }
        Optional<Long> time = Times.parse(text);
        if (time.isEmpty()) {
            fail(name, "field_type", "must be an RFC 3339 time such as 2026-01-31T12:00:00Z");
        }
        return time.orElse(null);
    }

    String oneOf(String name, String fallback, String... choices) {
        String text = text(name, LONGEST_WORD);
        if (text == null) {
            return fallback;
        }
        if (!Arrays.asList(choices).contains(text)) {
            fail(name, "invalid_value", "must be one of " + String.join(", ", choices));
            return fallback;
        }
        return text;
    }

    /** A normalized address; null when absent or wrong (then noted as {@code invalid_email}). */
    String email(String name) {
        String text = text(name, LONGEST_ADDRESS);
        if (text == null) {
            return null;
        }
        Optional<String> address = Addresses.normal(text);
        if (address.isEmpty()) {
            fail(name, "invalid_email", "is no mail address");
        }
        return address.orElse(null);
    }

    ObjectNode object(String name) {
        JsonNode value = any(name);
        if (value == null || value instanceof ObjectNode) {
            return (ObjectNode) value;
        }
        fail(name, "field_type", "must be an object");
        return null;
    }

    /** The reader of a nested object; null when absent. */
    Fields nested(String name) {
        JsonNode value = any(name);
        return value == null ? null : new Fields(value, pointer(name), faults);
    }

    /** Never null. */
    List<JsonNode> array(String name, int maxItems) {
        JsonNode value = any(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof ArrayNode array)) {
            fail(name, "field_type", "must be an array");
            return List.of();
        }
        if (array.size() > maxItems) {
            fail(name, "too_many", "must have at most " + maxItems + " items");
            return List.of();
        }
        List<JsonNode> items = new ArrayList<>(array.size());
        array.forEach(items::add);
        return items;
    }

    /** Never null. */
    List<String> texts(String name, int maxItems, int maxLength) {
        List<String> texts = new ArrayList<>();
        int index = 0;
        for (JsonNode item : array(name, maxItems)) {
            if (item.isTextual()
                    && item.textValue().length() <= maxLength
                    && item.textValue().indexOf('\0') < 0) {
                texts.add(item.textValue());
            } else {
                faults.add(pointer(name) + "/" + index, "field_type", "must be a string of at most " + maxLength);
            }
            index++;
        }
        return texts;
    }

    /** Marks fields as known that are accepted without effect. */
    void accept(String... names) {
        known.addAll(Arrays.asList(names));
    }

    /** Notes every field that was not asked for. */
    void end() {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                faults.unknownField(pointer(name));
            }
        });
    }
}

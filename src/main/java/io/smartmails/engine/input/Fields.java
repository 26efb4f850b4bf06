// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.input;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads one JSON object field by field. Wrong fields are noted in {@link Faults} and read as null; {@link #end} notes
 * those nobody asked for. Null and absent are the same here.
 */
public final class Fields {
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F]");

    private final ObjectNode node;
    private final String pointer;
    private final Faults faults;
    private final Set<String> known = new HashSet<>();

    /** @param pointer where the object stands in the body */
    public Fields(JsonNode node, String pointer, Faults faults) {
        this.pointer = pointer;
        this.faults = faults;
        if (node instanceof ObjectNode object) {
            this.node = object;
        } else {
            this.node = Json.object();
            faults.add(pointer, "field_type", "must be an object");
        }
    }

    public String pointer(String name) {
        return Json.pointer(pointer, name);
    }

    public Faults faults() {
        return faults;
    }

    public void fail(String name, String code, String detail) {
        faults.add(pointer(name), code, detail);
    }

    /** The field as it stands; null when absent or null. */
    public JsonNode any(String name) {
        known.add(name);
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    public boolean has(String name) {
        return any(name) != null;
    }

    public String text(String name, int maxLength) {
        JsonNode value = any(name);
        if (value == null) {
            return null;
        }
        if (!value.isString()) {
            fail(name, "field_type", "must be a string");
            return null;
        }
        String text = value.stringValue();
        if (text.length() > maxLength) {
            fail(name, "too_long", "must have at most " + maxLength + " characters");
            return null;
        }
        return text;
    }

    /** A text without line breaks and control characters, for everything that ends in a mail header. */
    public String line(String name, int maxLength) {
        String text = text(name, maxLength);
        if (text != null
                && (text.indexOf('\n') >= 0
                        || text.indexOf('\r') >= 0
                        || CONTROL.matcher(text).find())) {
            fail(name, "invalid_text", "must not hold line breaks or control characters");
            return null;
        }
        return text;
    }

    public String requiredLine(String name, int maxLength) {
        String text = line(name, maxLength);
        if (node.get(name) == null || node.get(name).isNull() || (text != null && text.isBlank())) {
            fail(name, "required", "is needed");
        }
        return text;
    }

    public boolean flag(String name, boolean fallback) {
        JsonNode value = any(name);
        if (value == null) {
            return fallback;
        }
        if (!value.isBoolean()) {
            fail(name, "field_type", "must be true or false");
            return fallback;
        }
        return value.booleanValue();
    }

    public Integer count(String name) {
        JsonNode value = any(name);
        if (value == null) {
            return null;
        }
        if (!value.isInt()) {
            fail(name, "field_type", "must be a whole number");
            return null;
        }
        return value.intValue();
    }

    /** Epoch milliseconds of an RFC 3339 time. */
    public Long time(String name) {
        String text = text(name, 64);
        if (text == null) {
            return null;
        }
        var time = Times.parse(text);
        if (time.isEmpty()) {
            fail(name, "field_type", "must be an RFC 3339 time such as 2026-01-31T12:00:00Z");
        }
        return time.orElse(null);
    }

    public String oneOf(String name, String fallback, String... choices) {
        String text = text(name, 64);
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
    public String email(String name) {
        String text = text(name, 320);
        try {
            return text == null ? null : Addresses.normal(text);
        } catch (Addresses.InvalidAddress e) {
            fail(name, "invalid_email", e.getMessage());
            return null;
        }
    }

    public ObjectNode object(String name) {
        JsonNode value = any(name);
        if (value == null || value instanceof ObjectNode) {
            return (ObjectNode) value;
        }
        fail(name, "field_type", "must be an object");
        return null;
    }

    /** The reader of a nested object; null when absent. */
    public Fields nested(String name) {
        JsonNode value = any(name);
        return value == null ? null : new Fields(value, pointer(name), faults);
    }

    /** Never null. */
    public List<JsonNode> array(String name, int maxItems) {
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
    public List<String> texts(String name, int maxItems, int maxLength) {
        List<String> texts = new ArrayList<>();
        int index = 0;
        for (JsonNode item : array(name, maxItems)) {
            if (item.isString() && item.stringValue().length() <= maxLength) {
                texts.add(item.stringValue());
            } else {
                faults.add(pointer(name) + "/" + index, "field_type", "must be a string of at most " + maxLength);
            }
            index++;
        }
        return texts;
    }

    /** Marks fields as known that are accepted without effect. */
    public void accept(String... names) {
        known.addAll(Arrays.asList(names));
    }

    /** Notes every field that was not asked for. */
    public void end() {
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                faults.unknownField(pointer(name));
            }
        }
    }
}

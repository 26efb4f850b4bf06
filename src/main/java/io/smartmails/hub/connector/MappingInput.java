// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.hub.failure.PermanentFailure;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a mapping works on, and how it complains: with the topic, the place in the payload and the line of the mapping,
 * never with a value, because values are personal data.
 *
 * @param node the payload, or one element of a list while in {@code each}
 * @param file the mapping's name in messages
 */
record MappingInput(
        JsonNode node,
        VendorHeaders names,
        Map<String, String> headers,
        Instant receivedAt,
        String topic,
        String file) {

    /** Digits a number may have when written out; a short exponent such as 1e999999999 would fill the memory. */
    private static final int MAX_DIGITS = 400;

    /** ISO 8601 with Z, +01:00 or the +0000 of Salesforce. */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .optionalStart()
            .appendOffset("+HH:MM", "Z")
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HHMM", "Z")
            .optionalEnd()
            .toFormatter();

    /** Null and blank text count as absent. */
    static boolean present(JsonNode node) {
        return !node.isMissingNode()
                && !node.isNull()
                && !(node.isTextual() && node.asText().isBlank());
    }

    static Object plain(JsonNode node) {
        if (node.isObject()) {
            var members = new LinkedHashMap<String, Object>();
            node.properties().forEach(member -> members.put(member.getKey(), plain(member.getValue())));
            return members;
        }
        if (node.isArray()) {
            var elements = new ArrayList<Object>();
            node.forEach(element -> elements.add(plain(element)));
            return elements;
        }
        if (node.isNumber()) {
            return node.isBigDecimal()
                    ? node.decimalValue()
                    : node.canConvertToLong() ? node.longValue() : node.bigIntegerValue();
        }
        return node.isNull() ? null : node.isBoolean() ? node.booleanValue() : node.asText();
    }

    Optional<String> header(String name) {
        return names.kept(name, headers).filter(value -> !value.isBlank());
    }

    /** A scalar as text; null stays null. */
    String text(Object value, int line, String key) {
        if (value == null) {
            return null;
        }
        if (value instanceof BigDecimal number) {
            if (Math.abs((long) number.scale()) + number.precision() > MAX_DIGITS) {
                throw failure("a number is too long", line, key, "look at the payload; this is no real amount");
            }
            return number.toPlainString();
        }
        if (value instanceof Map || value instanceof List) {
            throw failure("a group stands where a single value belongs", line, key, "point at one value in it");
        }
        return value.toString();
    }

    /** Texts from a list, or from one text with commas between them; null stays null. */
    List<String> texts(Object value, int line, String key) {
        if (value instanceof List<?> list) {
            return list.stream().map(element -> text(element, line, key)).toList();
        }
        return value == null ? null : List.of(text(value, line, key).strip().split("\\s*,\\s*"));
    }

    /** A time with its offset; null stays null. */
    Instant time(Object value, int line, String key) {
        if (value == null || value instanceof Instant) {
            return (Instant) value;
        }
        try {
            return instant(text(value, line, key));
        } catch (DateTimeException e) {
            throw failure(
                    "a value is not a time with an offset, such as 2026-11-23T10:00:00+01:00",
                    line,
                    key,
                    "point at another place");
        }
    }

    static Instant instant(String text) {
        return OffsetDateTime.parse(text, TIME).toInstant();
    }

    List<MappingInput> elements(Expression list, int line, String key) {
        if (!(list instanceof Expression.AtPointer place)) {
            throw failure("'each' needs a pointer", line, key, "write {each: /line_items, do: ...}");
        }
        var found = place.pointer().in(node);
        if (!present(found)) {
            return List.of();
        }
        if (!found.isArray()) {
            throw failure(place.pointer() + " is not a list", line, key, "point at a list");
        }
        var elements = new ArrayList<MappingInput>();
        found.forEach(element -> elements.add(new MappingInput(element, names, headers, receivedAt, topic, file)));
        return elements;
    }

    PermanentFailure missing(String what, int line, String key) {
        return new PermanentFailure(topic + ": " + what + " is missing; needed by " + file + " line " + line + " for '"
                + key
                + "'. If the sender may leave it out, mend that line (a ? behind a pointer makes it optional, a list "
                + "names alternatives), then replay");
    }

    PermanentFailure failure(String what, int line, String key, String cure) {
        return new PermanentFailure(topic + ": " + what + "; read by " + file + " line " + line + " for '" + key + "'; "
                + cure + ", then replay");
    }
}

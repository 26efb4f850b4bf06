// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.smartmails.hub.queue.DeadLetter;
import io.smartmails.hub.queue.DeadLetterFilter;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;

/** Reads what callers ask for. JSON keeps numbers as they are written; every wrong place is told with its name. */
final class Input {
    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private Input() {}

    /** @throws ProblemException {@code invalid_json}; 422 for members that are not named */
    static ObjectNode object(byte[] body, String... members) {
        if (body == null || body.length == 0) {
            return JSON.createObjectNode();
        }
        if (!(tree(body) instanceof ObjectNode object)) {
            throw Problem.of(ProblemCode.INVALID_JSON, "The body must be a JSON object.")
                    .asException();
        }
        object.fieldNames().forEachRemaining(name -> {
            if (!List.of(members).contains(name)) {
                throw Problem.of(
                                ProblemCode.UNKNOWN_FIELD,
                                "'" + name + "' is not known; known are " + String.join(", ", members) + ".")
                        .withError("/" + name, ProblemCode.UNKNOWN_FIELD.code(), "this field is not known")
                        .asException();
            }
        });
        return object;
    }

    static JsonNode tree(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw Problem.of(ProblemCode.INVALID_JSON, "The body cannot be read as the JSON that belongs here.")
                    .asException();
        }
    }

    static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Indented, for people. */
    static String pretty(Object value) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Indented when it is JSON, else as it is. */
    static String prettyText(String text) {
        try {
            return pretty(JSON.readTree(text));
        } catch (IOException e) {
            return text;
        }
    }

    /** Null when absent or blank. */
    static String text(ObjectNode json, String member) {
        JsonNode value = json.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong("/" + member, "a text");
        }
        return blankToNull(value.asText());
    }

    static boolean flag(ObjectNode json, String member, boolean otherwise) {
        JsonNode value = json.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw wrong("/" + member, "true or false");
        }
        return value.asBoolean();
    }

    /** @throws ProblemException {@code invalid_parameter} */
    static Instant time(String name, String value) {
        String given = blankToNull(value);
        try {
            return given == null ? null : Instant.parse(given);
        } catch (DateTimeParseException e) {
            throw parameter(name + " must be a time in UTC such as 2026-01-31T08:00:00Z.");
        }
    }

    /** Blank means no matter. @throws ProblemException {@code invalid_parameter} */
    static DeadLetterFilter filter(
            String kind, String connection, String route, String code, String after, String before, String q) {
        String start = blankToNull(q);
        if (start != null && !start.matches("[A-Za-z0-9_]{1,40}")) {
            throw parameter("q must be an id or its beginning: letters, digits and _.");
        }
        return new DeadLetterFilter(
                kind(blankToNull(kind)),
                blankToNull(connection),
                blankToNull(route),
                blankToNull(code),
                time("after", after),
                time("before", before),
                start);
    }

    private static DeadLetter.Kind kind(String word) {
        try {
            return word == null ? null : DeadLetter.Kind.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw parameter("kind must be envelope, run or item.");
        }
    }

    static String blankToNull(String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    private static ProblemException parameter(String detail) {
        return Problem.of(ProblemCode.INVALID_PARAMETER, detail).asException();
    }

    static ProblemException wrong(String pointer, String detail) {
        return Problem.of(
                        ProblemCode.VALIDATION_FAILED,
                        "Nothing was replayed; " + pointer.substring(1) + ": " + detail + ".")
                .withError(pointer, "invalid", detail)
                .asException();
    }
}

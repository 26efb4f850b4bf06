// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.problem.NearestName;
import io.smartmails.problem.Problem;
import io.smartmails.problem.Problem.FieldError;
import io.smartmails.problem.ProblemCode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Reads the fields of a JSON object and collects everything that is wrong with them, each with its place. */
final class JsonForm {
    private static final String UNKNOWN_FIELD = "unknown_field";
    private static final int MAX_SHOWN_CHARS = 100;

    private final ObjectNode body;
    private final List<FieldError> errors = new ArrayList<>();

    /**
     * @param fixed fields that an answer has and a request may not set
     * @param lenient other unknown fields are passed over
     */
    JsonForm(ObjectNode body, Set<String> known, Set<String> fixed, boolean lenient) {
        this.body = body;
        body.fieldNames().forEachRemaining(field -> {
            if (fixed.contains(field)) {
                reject(pointer(field), UNKNOWN_FIELD, "cannot be set here; leave it out");
            } else if (!known.contains(field) && !lenient) {
                reject(pointer(field), UNKNOWN_FIELD, "not known here" + NearestName.hint(shown(field), known));
            }
        });
    }

    boolean has(String field) {
        return body.has(field);
    }

    /** Present and not null. */
    boolean sets(String field) {
        return body.hasNonNull(field);
    }

    boolean clears(String field) {
        return body.has(field) && body.get(field).isNull();
    }

    void reject(String pointer, String code, String detail) {
        errors.add(new FieldError(pointer, code, detail));
    }

    /** @return null when it is no text, which is then an error */
    String text(String field) {
        JsonNode value = body.get(field);
        if (!value.isTextual()) {
            reject(pointer(field), "type", "must be text");
            return null;
        }
        return value.textValue();
    }

    /** @param otherwise what to go on with when it is no such number, which is then an error */
    long whole(String field, long least, long most, long otherwise) {
        JsonNode value = body.get(field);
        if (!value.isIntegralNumber()) {
            reject(pointer(field), "type", "must be a whole number from " + least + " to " + most);
            return otherwise;
        }
        if (!value.canConvertToLong() || value.longValue() < least || value.longValue() > most) {
            reject(pointer(field), "range", "must be " + least + " to " + most);
            return otherwise;
        }
        return value.longValue();
    }

    /**
     * A list of texts without repeats.
     *
     * @param reader the value as it is kept; throws IllegalArgumentException with what is wrong with it
     */
    List<String> texts(String field, int most, UnaryOperator<String> reader) {
        JsonNode list = body.get(field);
        if (!list.isArray()) {
            reject(pointer(field), "type", "must be a list of texts");
            return List.of();
        }
        if (list.size() > most) {
            reject(pointer(field), "too_many", "may have " + most + " entries");
            return List.of();
        }
        Set<String> read = new LinkedHashSet<>();
        for (int i = 0; i < list.size(); i++) {
            String place = pointer(field) + "/" + i;
            if (!list.get(i).isTextual()) {
                reject(place, "type", "must be text");
                continue;
            }
            try {
                read.add(reader.apply(list.get(i).textValue().strip()));
            } catch (IllegalArgumentException e) {
                reject(place, "invalid", shown(e.getMessage()));
            }
        }
        return List.copyOf(read);
    }

    void requireEntries(String field) {
        if (body.get(field).isArray() && body.get(field).isEmpty()) {
            reject(pointer(field), "required", "name at least one");
        }
    }

    /** @throws io.smartmails.problem.ProblemException 422 with everything that is wrong */
    void requireRight() {
        if (errors.isEmpty()) {
            return;
        }
        boolean onlyUnknown = errors.stream().allMatch(error -> error.code().equals(UNKNOWN_FIELD));
        Problem problem = Problem.of(
                onlyUnknown ? ProblemCode.UNKNOWN_FIELD : ProblemCode.VALIDATION_FAILED,
                errors.size() == 1 ? "1 field is wrong" : errors.size() + " fields are wrong");
        for (FieldError error : errors) {
            problem = problem.withError(error.pointer(), error.code(), error.detail());
        }
        throw problem.asException();
    }

    static String shown(String text) {
        return text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
    }

    private static String pointer(String field) {
        return "/" + shown(field).replace("~", "~0").replace("/", "~1");
    }
}

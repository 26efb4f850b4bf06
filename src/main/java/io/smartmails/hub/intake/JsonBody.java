// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.gateway.BodyReader;
import io.smartmails.hub.gateway.StrictJson;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;

/** JSON of the applications' API: strict when it comes in, numbers kept as written. */
final class JsonBody {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_TEXT_CHARS = 20 * 1024 * 1024;
    private static final int MAX_EXPONENT = 300;
    private static final Duration BODY_TIME = Duration.ofSeconds(30);
    static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_TEXT_CHARS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private JsonBody() {}

    /**
     * The body of a request.
     *
     * @throws io.smartmails.problem.ProblemException 400, 413, 415 when it cannot be read, 422 when it is no object
     */
    static ObjectNode of(HttpServletRequest request, int maxBytes) throws IOException {
        StrictJson.requireJson(request.getContentType());
        JsonNode body = parse(BodyReader.readInflated(request, maxBytes, BODY_TIME));
        if (body instanceof ObjectNode object) {
            return object;
        }
        throw Problem.of(ProblemCode.VALIDATION_FAILED, "1 field is wrong")
                .withError("", "field_type", "the body must be a JSON object")
                .asException();
    }

    private static JsonNode parse(byte[] body) {
        StrictJson.requireUtf8(body);
        if (body.length == 0) {
            throw Problem.of(ProblemCode.INVALID_JSON, "The body is empty; send a JSON object")
                    .asException();
        }
        try {
            JsonNode node = JSON.readTree(body);
            if (hasHugeNumber(node)) {
                throw Problem.of(ProblemCode.INVALID_JSON, "The body has a number beyond 1e300, which nobody can read")
                        .asException();
            }
            return node;
        } catch (JsonProcessingException e) {
            throw Problem.of(ProblemCode.INVALID_JSON, "The body is not valid JSON" + place(e.getLocation()))
                    .asException();
        } catch (IOException e) {
            throw Problem.of(ProblemCode.INVALID_JSON, "The body is not valid UTF-8 JSON")
                    .asException();
        }
    }

    /** Written out, such a number would have as many digits as its exponent says. */
    private static boolean hasHugeNumber(JsonNode node) {
        if (node.isBigDecimal()) {
            return Math.abs(node.decimalValue().scale()) > MAX_EXPONENT;
        }
        for (JsonNode child : node) {
            if (hasHugeNumber(child)) {
                return true;
            }
        }
        return false;
    }

    /** Limits on depth and length are told without a place. */
    private static String place(JsonLocation location) {
        return location == null
                ? ": it is nested too deeply or has too long a value"
                : ": line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /** What this package stored. */
    static JsonNode stored(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored message is not readable: " + e.getOriginalMessage(), e);
        }
    }

    static byte[] bytes(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer cannot be written: " + e.getOriginalMessage(), e);
        }
    }
}

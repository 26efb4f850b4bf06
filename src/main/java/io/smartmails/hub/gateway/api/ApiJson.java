// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.io.IOException;

/** How bodies are read and answers written: numbers as written, no duplicate names, 100 levels, nothing behind the value. */
final class ApiJson {
    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(100)
                            .maxStringLength(16 * Endpoints.MB)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private ApiJson() {}

    /** @throws io.smartmails.problem.ProblemException 400 {@code invalid_json} with the place */
    static ObjectNode object(byte[] body) {
        JsonNode json;
        try {
            json = body.length == 0 ? MAPPER.createObjectNode() : MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw Problem.of(ProblemCode.INVALID_JSON, "The body is not valid JSON" + place(e.getLocation()))
                    .asException();
        } catch (IOException e) {
            throw Problem.of(ProblemCode.INVALID_JSON, "The body is not valid UTF-8 JSON")
                    .asException();
        }
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw Problem.of(ProblemCode.INVALID_JSON, "The body must be a JSON object")
                .asException();
    }

    private static String place(JsonLocation location) {
        return location == null
                ? ": it is nested too deeply or has too long a value"
                : ": line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /** Whether it is one JSON value and nothing else, without building it. */
    static boolean isJson(byte[] body) {
        try (JsonParser parser = MAPPER.createParser(body)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An OpenAPI 3.1 description as a test reads it: its operations, and whether a body is as described. */
public final class Description {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final SchemaValidatorsConfig CONFIG =
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

    private final JsonNode root;
    private final Map<String, JsonSchema> compiled = new HashMap<>();

    public Description(JsonNode root) {
        this.root = root;
    }

    /** One method of one path. */
    public record Operation(String method, String path, JsonNode node) {
        public boolean isPassedThrough() {
            return node.path("x-passed-through").asBoolean();
        }

        public JsonNode bodySchema() {
            return node.path("requestBody")
                    .path("content")
                    .path("application/json")
                    .path("schema");
        }

        public JsonNode example() {
            return node.path("requestBody")
                    .path("content")
                    .path("application/json")
                    .path("example");
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    public List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        root.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(one -> operations.add(
                                new Operation(one.getKey().toUpperCase(Locale.ROOT), path.getKey(), one.getValue()))));
        return operations;
    }

    public JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? root.at(node.get("$ref").asText().substring(1)) : node;
    }

    /** What is wrong with a body; empty when it is as described. */
    public List<String> faults(JsonNode schema, JsonNode body) {
        return compiled.computeIfAbsent(schema.toString(), text -> compile(schema)).validate(body).stream()
                .map(ValidationMessage::getMessage)
                .toList();
    }

    private JsonSchema compile(JsonNode schema) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.putArray("allOf").add(schema);
        whole.set("components", root.get("components"));
        return FACTORY.getSchema(whole, CONFIG);
    }

    /**
     * What is wrong with an answer; empty when the description tells of it.
     *
     * @param contentType may be null
     * @param body may be empty
     */
    public List<String> faults(Operation operation, int status, String contentType, String body) throws Exception {
        JsonNode responses = operation.node().path("responses");
        JsonNode response = responses.has(Integer.toString(status))
                ? responses.get(Integer.toString(status))
                : status < 300 && responses.has("2XX") ? responses.get("2XX") : null;
        if (response == null) {
            if (status < 400) {
                return List.of("status " + status + " is not described");
            }
            response = resolve(responses.get("default"));
        }
        JsonNode content = resolve(response).path("content");
        if (content.isMissingNode()) {
            return body.isEmpty() || operation.isPassedThrough()
                    ? List.of()
                    : List.of("a body where none is described");
        }
        String type =
                contentType == null ? "" : contentType.replaceAll(";.*", "").strip();
        if (!content.has(type)) {
            return List.of("content type '" + type + "' is not described");
        }
        List<String> faults = new ArrayList<>(faults(content.get(type).get("schema"), JSON.readTree(body)));
        if (type.equals("application/problem+json")
                && JSON.readTree(body).path("status").asInt() != status) {
            faults.add("the problem tells another status");
        }
        return faults;
    }
}

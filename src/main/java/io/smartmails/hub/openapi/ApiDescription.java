// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The OpenAPI description, and what of it a page shows. */
final class ApiDescription {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> RULES =
            Set.of("minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern", "default");

    private final byte[] json;
    private final JsonNode root;

    private ApiDescription(byte[] json, JsonNode root) {
        this.json = json;
        this.root = root;
    }

    static ApiDescription read() {
        try (InputStream in = ApiDescription.class.getResourceAsStream("/openapi/hub.json")) {
            byte[] json = in.readAllBytes();
            return new ApiDescription(json, JSON.readTree(json));
        } catch (IOException e) {
            throw new UncheckedIOException("openapi/hub.json cannot be read", e);
        }
    }

    byte[] json() {
        return json.clone();
    }

    /** All of the page; operations of one area and tag stand together, in the order of the description. */
    record Page(String title, String intro, List<Group> groups, List<Type> types) {}

    /** @param id anchor */
    record Group(String id, String title, List<Operation> operations) {}

    /**
     * One method of one path.
     *
     * @param parameters of path, query and header
     * @param body how its request body is named; empty when it has none
     * @param example pretty-printed; empty when there is none
     */
    record Operation(
            String id,
            String method,
            String path,
            String summary,
            String description,
            List<Field> parameters,
            String body,
            String example,
            List<Field> answers) {}

    /** One line of a table; {@code link} is the anchor of a type, empty for none. */
    record Field(String name, String type, String link, boolean required, String detail) {}

    /** A named schema. */
    record Type(String name, String detail, List<Field> fields) {}

    Page page() {
        Map<String, Group> groups = new LinkedHashMap<>();
        root.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    String area = path.getKey().startsWith("/admin") ? "Administration" : "Applications";
                    String title = area + ": "
                            + operation.getValue().path("tags").path(0).asText();
                    groups.computeIfAbsent(title, name -> new Group(anchor(name), name, new ArrayList<>()))
                            .operations()
                            .add(operation(path.getKey(), operation.getKey(), operation.getValue()));
                }));
        List<Type> types = new ArrayList<>();
        root.path("components")
                .path("schemas")
                .properties()
                .forEach(schema -> types.add(new Type(
                        schema.getKey(), schema.getValue().path("description").asText(), fields(schema.getValue()))));
        return new Page(
                root.path("info").path("title").asText(),
                root.path("info").path("description").asText(),
                List.copyOf(groups.values()),
                types);
    }

    private Operation operation(String path, String method, JsonNode node) {
        JsonNode body = node.path("requestBody").path("content").path("application/json");
        List<Field> parameters = new ArrayList<>();
        node.path("parameters").forEach(one -> {
            JsonNode parameter = resolve(one);
            parameters.add(new Field(
                    parameter.path("name").asText(),
                    parameter.path("in").asText() + ", " + typeOf(parameter.path("schema")),
                    "",
                    parameter.path("required").asBoolean(),
                    detail(parameter, parameter.path("schema"))));
        });
        List<Field> answers = new ArrayList<>();
        node.path("responses").properties().forEach(answer -> {
            JsonNode response = resolve(answer.getValue());
            JsonNode schema = response.path("content").path("application/json").path("schema");
            boolean problem = response.path("content").has("application/problem+json");
            answers.add(new Field(
                    answer.getKey().equals("default") ? "otherwise" : answer.getKey(),
                    problem ? "Problem" : typeOf(schema),
                    problem ? "Problem" : linkOf(schema),
                    false,
                    response.path("description").asText()));
        });
        return new Operation(
                node.path("operationId").asText(),
                method.toUpperCase(Locale.ROOT),
                path,
                node.path("summary").asText(),
                node.path("description").asText(),
                parameters,
                body.isMissingNode() ? "" : typeOf(body.path("schema")),
                body.has("example") ? body.get("example").toPrettyString() : "",
                answers);
    }

    private List<Field> fields(JsonNode schema) {
        List<Field> fields = new ArrayList<>();
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        schema.path("properties")
                .properties()
                .forEach(property -> fields.add(new Field(
                        property.getKey(),
                        typeOf(property.getValue()),
                        linkOf(property.getValue()),
                        required.contains(property.getKey()),
                        detail(property.getValue(), property.getValue()))));
        schema.path("allOf").forEach(part -> {
            if (part.has("$ref")) {
                fields.add(new Field("everything of", typeOf(part), linkOf(part), false, ""));
            } else {
                fields.addAll(fields(part));
            }
        });
        return fields;
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? root.at(node.get("$ref").asText().substring(1)) : node;
    }

    private static String nameOf(JsonNode schema) {
        String ref = schema.path("$ref").asText();
        return ref.substring(ref.lastIndexOf('/') + 1);
    }

    private static String linkOf(JsonNode schema) {
        if (schema.has("$ref")) {
            return nameOf(schema);
        }
        JsonNode items = schema.path("items").isMissingNode()
                ? schema.path("properties").path("data").path("items")
                : schema.path("items");
        return items.has("$ref") ? nameOf(items) : "";
    }

    private static String typeOf(JsonNode schema) {
        if (schema.has("$ref")) {
            return nameOf(schema);
        }
        if (schema.has("enum")) {
            List<String> values = new ArrayList<>();
            schema.get("enum").forEach(value -> values.add(value.asText()));
            return String.join(" | ", values);
        }
        if (schema.has("const")) {
            return schema.get("const").asText();
        }
        if (schema.has("items")) {
            return "array of " + typeOf(schema.get("items"));
        }
        if (schema.path("properties").has("data")) {
            return "page of " + typeOf(schema.path("properties").path("data").path("items"));
        }
        if (schema.has("oneOf")) {
            List<String> choices = new ArrayList<>();
            schema.get("oneOf").forEach(choice -> choices.add(typeOf(choice)));
            return String.join(" or ", choices);
        }
        JsonNode type = schema.path("type");
        String name = type.isArray() ? type.path(0).asText() + " or null" : type.asText("any");
        return schema.has("format") ? name + " (" + schema.get("format").asText() + ")" : name;
    }

    private static String detail(JsonNode described, JsonNode schema) {
        List<String> parts = new ArrayList<>();
        if (described.has("description")) {
            parts.add(described.get("description").asText());
        }
        schema.properties().forEach(rule -> {
            if (RULES.contains(rule.getKey())) {
                parts.add(rule.getKey() + " " + rule.getValue().asText());
            }
        });
        return String.join("; ", parts);
    }

    private static String anchor(String title) {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "-");
    }
}

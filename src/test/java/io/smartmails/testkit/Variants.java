// SPDX-License-Identifier: Apache-2.0
package io.smartmails.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Bodies made from a schema and one right example: each differs from it in one member. */
public final class Variants {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int LONGEST = 5_000;

    private Variants() {}

    /** By what was done to them. Whether they are right or wrong is for the schema to say. */
    public static Map<String, ObjectNode> of(Description description, JsonNode schema, ObjectNode example) {
        Map<String, ObjectNode> variants = new LinkedHashMap<>();
        example.fieldNames()
                .forEachRemaining(name ->
                        variants.put("without " + name, example.deepCopy().without(name)));
        variants.put("with a stranger", example.deepCopy().put("no_such_field", 1));
        schema.path("properties").properties().forEach(property -> {
            String name = property.getKey();
            for (JsonNode value : values(description.resolve(property.getValue()))) {
                String text = value.toString();
                variants.put(
                        name + " = " + (text.length() > 60 ? text.substring(0, 60) + "..." : text),
                        example.deepCopy().set(name, value));
            }
        });
        return variants;
    }

    private static List<JsonNode> values(JsonNode schema) {
        List<JsonNode> values = new ArrayList<>();
        values.add(NODES.numberNode(7));
        values.add(NODES.textNode("x"));
        values.add(NODES.textNode(""));
        values.add(NODES.booleanNode(true));
        values.add(NODES.objectNode());
        values.add(NODES.objectNode().put("a", 1));
        values.add(NODES.arrayNode());
        values.add(NODES.arrayNode().add("x"));
        values.add(NODES.arrayNode().add(1));
        values.add(NODES.arrayNode().add("bob@example.com"));
        values.add(NODES.textNode("bob@example.com"));
        values.add(NODES.objectNode().put("email", "bob@example.com"));
        values.add(NODES.objectNode().put("email", "bob@example.com").put("shoe", 44));
        values.add(NODES.textNode("2020-01-01T00:00:00Z"));
        values.add(NODES.textNode("tomorrow"));
        schema.path("enum").forEach(values::add);
        int longest = schema.path("maxLength").asInt(LONGEST);
        if (longest < LONGEST) {
            values.add(NODES.textNode("x".repeat(longest)));
            values.add(NODES.textNode("x".repeat(longest + 1)));
        }
        int most = schema.path("maxItems").asInt(LONGEST);
        if (most < 100) {
            var full = NODES.arrayNode();
            for (int i = 0; i <= most; i++) {
                full.add("p" + i + "@example.com");
            }
            values.add(full);
        }
        return values;
    }
}

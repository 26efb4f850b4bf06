// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.input;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The engine's one JSON mapper and the few tree operations the JDK and Jackson lack. */
public final class Json {
    /** Keeps decimals as written (10.50 stays 10.50) and refuses anything behind the first value. */
    public static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .changeDefaultPropertyInclusion(all -> all.withValueInclusion(JsonInclude.Include.ALWAYS))
            .build();

    private Json() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static ObjectNode object(String text) {
        return (ObjectNode) MAPPER.readTree(text);
    }

    public static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** Plain maps, lists, strings, numbers and booleans, in the order of the document. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> plain(JsonNode node) {
        return node == null || node.isNull() || node.isMissingNode()
                ? new LinkedHashMap<>()
                : MAPPER.treeToValue(node, LinkedHashMap.class);
    }

    public static List<String> strings(JsonNode array) {
        return array == null || array.isNull() || array.isMissingNode()
                ? List.of()
                : array.valueStream().map(JsonNode::asString).toList();
    }

    /** {@code over} laid over {@code under}: objects are merged by key, everything else is replaced. Neither is changed. */
    public static ObjectNode merge(ObjectNode under, ObjectNode over) {
        ObjectNode merged = under.deepCopy();
        over.properties().forEach(entry -> {
            JsonNode below = merged.get(entry.getKey());
            boolean objects = below instanceof ObjectNode && entry.getValue() instanceof ObjectNode;
            merged.set(
                    entry.getKey(),
                    objects ? merge((ObjectNode) below, (ObjectNode) entry.getValue()) : entry.getValue());
        });
        return merged;
    }

    /** One step of an RFC 6901 pointer. */
    public static String pointer(String parent, String name) {
        return parent + "/" + name.replace("~", "~0").replace("/", "~1");
    }
}

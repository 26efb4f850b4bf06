// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/** What can be shown of an answer that makes no sense: the shape of JSON without its values, the beginning of anything else. */
final class Excerpt {
    private static final int CHARS = 200;
    private static final int BYTES = 2_000;

    private Excerpt() {}

    static String of(JsonNode json, byte[] body) {
        if (!json.isMissingNode()) {
            var shape = new StringBuilder();
            shape(json, shape);
            return cut(shape.toString());
        }
        String start = new String(body, 0, Math.min(BYTES, body.length), StandardCharsets.UTF_8);
        return cut(ApiCall.clean(start.replaceAll("[^\\x20-\\x7e]+", " ").replaceAll("\\d", "0")));
    }

    private static void shape(JsonNode json, StringBuilder shape) {
        if (shape.length() > CHARS) {
            return;
        }
        if (json.isObject()) {
            shape.append('{');
            json.properties().forEach(member -> {
                if (shape.charAt(shape.length() - 1) != '{') {
                    shape.append(", ");
                }
                shape.append(member.getKey().matches("[a-zA-Z_]{1,40}") ? member.getKey() : "?")
                        .append(": ");
                shape(member.getValue(), shape);
            });
            shape.append('}');
        } else if (json.isArray()) {
            shape.append('[').append(json.size()).append(" x ");
            if (!json.isEmpty()) {
                shape(json.get(0), shape);
            }
            shape.append(']');
        } else {
            shape.append(json.getNodeType().name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    private static String cut(String text) {
        return text.length() > CHARS ? text.substring(0, CHARS) + "..." : text;
    }
}

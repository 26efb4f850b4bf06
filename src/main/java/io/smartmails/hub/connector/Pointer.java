// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Arrays;
import java.util.List;

/** An RFC 6901 pointer, with one addition: {@code -1} is the last element of a list. */
record Pointer(String text, List<String> steps) {
    static Pointer read(YamlPlace place) {
        return of(place.text(), place);
    }

    static Pointer of(String text, YamlPlace place) {
        try {
            return of(text);
        } catch (IllegalArgumentException e) {
            throw place.error(e.getMessage());
        }
    }

    /** @throws IllegalArgumentException when it is none, with the cure in the message */
    static Pointer of(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a pointer; a pointer starts with /, for example /customer/email");
        }
        var steps = Arrays.stream(text.substring(1).split("/", -1))
                .map(step -> step.replace("~1", "/").replace("~0", "~"))
                .toList();
        if (steps.contains("")) {
            throw new IllegalArgumentException("the pointer '" + text + "' has an empty step");
        }
        return new Pointer(text, steps);
    }

    JsonNode in(JsonNode root) {
        var node = root;
        for (var step : steps) {
            node = node.isArray() ? element(node, step) : node.path(step);
        }
        return node;
    }

    private static JsonNode element(JsonNode list, String step) {
        try {
            var index = Integer.parseInt(step);
            return list.path(index == -1 ? list.size() - 1 : index);
        } catch (NumberFormatException e) {
            return MissingNode.getInstance();
        }
    }

    @Override
    public String toString() {
        return text;
    }
}

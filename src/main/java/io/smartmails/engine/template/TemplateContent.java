// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.template;

import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.input.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one version of a template holds; also the content of a message that brings its own.
 *
 * @param html null when there is only text
 * @param text null to have it made from html
 * @param variables declared variables
 */
public record TemplateContent(String subject, String preheader, String html, String text, List<Variable> variables) {
    private static final int MOST_HTML = 2 * 1024 * 1024;
    private static final int MOST_TEXT = 1024 * 1024;

    /**
     * A declared variable.
     *
     * @param key dotted path below {@code data}
     * @param fallback used when the sender gives none; null for none
     */
    public record Variable(String key, boolean required, JsonNode fallback) {}

    /** The fields of a version as they are stored and shown. */
    static final List<String> FIELDS =
            List.of("subject", "preheader", "html", "text", "variables", "sender_profile_id", "content_tags");

    /** Reads and checks; notes what is wrong in the fields' faults. */
    static TemplateContent read(Fields fields) {
        String subject = fields.line("subject", 998);
        String preheader = fields.line("preheader", 255);
        String html = fields.text("html", MOST_HTML);
        String text = fields.text("text", MOST_TEXT);
        fields.line("sender_profile_id", 64);
        fields.texts("content_tags", 20, 64);
        List<Variable> variables = new ArrayList<>();
        int index = 0;
        for (JsonNode item : fields.array("variables", 200)) {
            var variable = new Fields(item, fields.pointer("variables") + "/" + index++, fields.faults());
            String key = variable.requiredLine("key", 200);
            variable.oneOf("type", null, "string", "number", "boolean", "date", "object", "list");
            variable.accept("example");
            variables.add(new Variable(key, variable.flag("required", false), variable.any("default")));
            variable.end();
        }
        return new TemplateContent(subject, preheader, html, text, variables);
    }

    static TemplateContent stored(ObjectNode content) {
        return read(new Fields(content, "", new Faults(true)));
    }

    static ObjectNode pick(ObjectNode from) {
        ObjectNode content = Json.object();
        FIELDS.forEach(name -> {
            JsonNode value = from.get(name);
            if (value != null && !value.isNull()) {
                content.set(name, value);
            }
        });
        return content;
    }
}

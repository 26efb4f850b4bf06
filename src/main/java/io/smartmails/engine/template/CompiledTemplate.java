// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.template;

import io.smartmails.engine.input.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.web.util.HtmlUtils;

/** A template version ready to render: every part parsed once. Safe for use by many threads. */
public final class CompiledTemplate {
    private static final Set<String> RESERVED =
            Set.of("contact", "data", "links", "sender", "campaign", "company", "event");
    private static final int MOST_SUBJECT = 998;

    private final TemplateContent content;
    private final LiquidTemplate subject;
    private final LiquidTemplate preheader;
    private final LiquidTemplate html;
    private final LiquidTemplate text;

    /** @throws io.smartmails.problem.ProblemException 422 {@code template_error} */
    public CompiledTemplate(TemplateContent content) {
        this.content = content;
        this.subject = part("subject", content.subject(), false);
        this.preheader = part("preheader", content.preheader(), false);
        this.html = part("html", content.html(), true);
        this.text = part("text", content.text(), false);
    }

    private static LiquidTemplate part(String name, String source, boolean html) {
        return source == null ? null : new LiquidTemplate(name, source, html);
    }

    /** Names of required variables that {@code data} lacks. */
    public List<String> missing(Map<String, Object> data) {
        List<String> missing = new ArrayList<>();
        for (var variable : content.variables()) {
            if (variable.required() && variable.fallback() == null && lookup(data, variable.key()) == null) {
                missing.add(variable.key());
            }
        }
        return missing;
    }

    /**
     * Renders every part.
     *
     * @param data the message's variables, as {@code data.*} and, where no other name is in the way, at the top
     * @param names contact, event, links, sender
     * @param subjectOverride a subject that replaces the template's; null for none
     * @throws io.smartmails.problem.ProblemException 422 {@code template_error}
     */
    public Rendered render(Map<String, Object> data, Map<String, Object> names, String subjectOverride) {
        var filled = new LinkedHashMap<>(data);
        for (var variable : content.variables()) {
            if (variable.fallback() != null && lookup(data, variable.key()) == null) {
                filled.putIfAbsent(variable.key(), Json.MAPPER.treeToValue(variable.fallback(), Object.class));
            }
        }
        var variables = new LinkedHashMap<String, Object>();
        filled.forEach((name, value) -> {
            if (!RESERVED.contains(name)) {
                variables.put(name, value);
            }
        });
        if (filled.get("event") != null) {
            variables.put("event", filled.get("event"));
        }
        variables.putAll(names);
        variables.put("data", filled);

        LiquidTemplate subjectPart =
                subjectOverride == null ? subject : new LiquidTemplate("subject", subjectOverride, false);
        String subjectLine = subjectPart == null ? null : oneLine(subjectPart.render("subject", variables));
        String htmlPart = html == null ? null : html.render("html", variables);
        String textPart;
        if (text != null) {
            textPart = text.render("text", variables);
        } else {
            textPart = htmlPart == null ? null : HtmlText.of(htmlPart);
        }
        if (htmlPart != null && preheader != null) {
            htmlPart = withPreheader(htmlPart, oneLine(preheader.render("preheader", variables)));
        }
        return new Rendered(subjectLine, htmlPart, textPart);
    }

    /** A header field must be one line whatever the variables hold. */
    private static String oneLine(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > MOST_SUBJECT ? line.substring(0, MOST_SUBJECT) : line;
    }

    private static String withPreheader(String html, String line) {
        String hidden = "<div style=\"display:none;max-height:0;overflow:hidden\">"
                + HtmlUtils.htmlEscape(line, "UTF-8") + "</div>";
        int body = html.toLowerCase(Locale.ROOT).indexOf("<body");
        int end = body < 0 ? -1 : html.indexOf('>', body);
        return end < 0 ? hidden + html : html.substring(0, end + 1) + hidden + html.substring(end + 1);
    }

    private static Object lookup(Map<String, Object> data, String path) {
        Object direct = data.get(path);
        if (direct != null) {
            return direct;
        }
        Object value = data;
        for (String step : path.split("\\.")) {
            value = value instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return value;
    }
}

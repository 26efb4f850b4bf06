// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A rendered mail; parts that do not exist are null. The subject is one line. */
public record Rendered(String subject, String html, String text) {
    /** Gmail shows no more of a mail than this and hides the rest, the unsubscribe link included. */
    private static final int GMAIL_CLIP_BYTES = 102 * 1024;

    /** The reply of preview and render. */
    public Map<String, Object> view(List<String> missingVariables) {
        int htmlBytes = bytes(html);
        List<String> warnings = new ArrayList<>();
        if (htmlBytes > GMAIL_CLIP_BYTES) {
            warnings.add("html is larger than 102 KB; Gmail cuts it off");
        }
        if (subject == null || subject.isBlank()) {
            warnings.add("the subject is empty");
        }
        var view = new LinkedHashMap<String, Object>();
        view.put("subject", subject);
        view.put("html", html);
        view.put("text", text);
        view.put("missing_variables", missingVariables);
        view.put("warnings", warnings);
        view.put("size_bytes", htmlBytes + bytes(text));
        return view;
    }

    private static int bytes(String text) {
        return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
    }
}

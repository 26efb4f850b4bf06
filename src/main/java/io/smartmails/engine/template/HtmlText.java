// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.template;

import java.util.regex.Pattern;
import org.springframework.web.util.HtmlUtils;

/** The text part of a mail that came without one: markup removed, links kept, blocks on lines of their own. */
final class HtmlText {
    private static final Pattern HIDDEN =
            Pattern.compile("(?is)<(head|style|script|title)\\b[^>]*>.*?</\\1\\s*>|<!--.*?-->");
    private static final Pattern LINK =
            Pattern.compile("(?is)<a\\b[^>]*?\\bhref\\s*=\\s*([\"'])(.*?)\\1[^>]*>(.*?)</a\\s*>");
    private static final Pattern BREAK =
            Pattern.compile("(?i)<br\\s*/?>|</(p|div|h[1-6]|li|tr|table|ul|ol|blockquote)\\s*>");
    private static final Pattern CELL = Pattern.compile("(?i)</t[dh]\\s*>");
    private static final Pattern ITEM = Pattern.compile("(?i)<li\\b[^>]*>");
    private static final Pattern TAG = Pattern.compile("<[^>]*>");

    private HtmlText() {}

    static String of(String html) {
        String text = HIDDEN.matcher(html).replaceAll("");
        text = text.replaceAll("\\s+", " ");
        text = LINK.matcher(text).replaceAll("$3 ($2)");
        text = BREAK.matcher(text).replaceAll("\n");
        text = CELL.matcher(text).replaceAll(" ");
        text = ITEM.matcher(text).replaceAll("- ");
        text = TAG.matcher(text).replaceAll("");
        text = HtmlUtils.htmlUnescape(text).replace('\u00a0', ' ');
        return text.replaceAll(" *\n *", "\n")
                .replaceAll(" {2,}", " ")
                .replaceAll("\n{3,}", "\n\n")
                .strip();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The stable code of a dead letter, read from its cause: what lists are grouped and filtered by. */
final class DeadReason {
    private static final Pattern REJECTED = Pattern.compile("SmartMails rejected it: ([a-z][a-z0-9_]{1,50})\\b");

    private DeadReason() {}

    /**
     * @return the code SmartMails gave, {@code unknown_template}, {@code given_up} (the retry horizon passed), or by table
     *     {@code mapping_failed}, {@code rule_failed}, {@code refused}
     */
    static String of(String table, String cause) {
        String text = cause == null ? "" : cause;
        if (text.startsWith("Given up after")) {
            return "given_up";
        }
        if (table.equals("item")) {
            Matcher rejected = REJECTED.matcher(text);
            if (rejected.lookingAt()) {
                return rejected.group(1);
            }
            return text.startsWith("SmartMails has no template") ? "unknown_template" : "refused";
        }
        return table.equals("run") ? "rule_failed" : "mapping_failed";
    }
}

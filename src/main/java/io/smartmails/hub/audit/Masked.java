// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.util.regex.Pattern;

/** The last line of defence: what looks like a key, a webhook secret or a mail address does not get into the audit. */
final class Masked {
    private static final Pattern KEY = Pattern.compile("sm([lt])_[0-9A-Za-z]{28}");
    private static final Pattern WEBHOOK_SECRET = Pattern.compile("whsec_[0-9A-Za-z+/=_-]+");
    private static final Pattern ADDRESS = Pattern.compile("[^\\s\"'<>,;:@\\\\{}\\[\\]]+@[^\\s\"'<>,;:@\\\\{}\\[\\]]+");

    private Masked() {}

    static String text(String text) {
        if (text == null) {
            return null;
        }
        String masked = KEY.matcher(text).replaceAll("sm$1_***");
        masked = WEBHOOK_SECRET.matcher(masked).replaceAll("whsec_***");
        return ADDRESS.matcher(masked).replaceAll("***@***");
    }

    /** Masked, and not longer than its column. */
    static String text(String text, int maxChars) {
        String masked = text(text);
        return masked == null || masked.length() <= maxChars ? masked : masked.substring(0, maxChars);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.engine.input.Addresses;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A mailbox mail comes from or replies go to.
 *
 * @param name display name; null for none
 */
public record Sender(String email, String name) {
    /** The one sender profile the engine has: the one of the settings. */
    public static final String DEFAULT_PROFILE = "snd_default";

    private static final Pattern MAILBOX = Pattern.compile("\\s*(?:\"?([^\"<>]*?)\"?\\s*<([^<>]+)>|([^<>]+))\\s*");

    /** @throws IllegalArgumentException when the text is neither {@code Name <address>} nor an address */
    public static Sender parse(String mailbox) {
        Matcher matcher = MAILBOX.matcher(mailbox);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("engine.sender must be 'Name <address>', not: " + mailbox);
        }
        try {
            String address = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
            String name = matcher.group(1);
            return new Sender(Addresses.normal(address), name == null || name.isBlank() ? null : name.strip());
        } catch (Addresses.InvalidAddress e) {
            throw new IllegalArgumentException("engine.sender: " + e.getMessage(), e);
        }
    }

    public String domain() {
        return email.substring(email.lastIndexOf('@') + 1);
    }
}

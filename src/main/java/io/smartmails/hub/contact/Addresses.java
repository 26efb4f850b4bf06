// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Mail addresses as the contract wants them (4.1): trimmed, the domain in lower-case punycode, no folding of dots or plus
 * signs, local parts as dot-atoms in ASCII.
 */
public final class Addresses {
    private static final Pattern LOCAL =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
    private static final Pattern DOMAIN =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final int LONGEST_LOCAL = 64;
    private static final int LONGEST_DOMAIN = 253;

    private Addresses() {}

    /** The address with the local part as written; empty when it is none. */
    public static Optional<String> normal(String text) {
        String trimmed = text.strip();
        int at = trimmed.lastIndexOf('@');
        if (at < 1
                || at > LONGEST_LOCAL
                || !LOCAL.matcher(trimmed.substring(0, at)).matches()) {
            return Optional.empty();
        }
        try {
            String domain = IDN.toASCII(trimmed.substring(at + 1)).toLowerCase(Locale.ROOT);
            return domain.length() > LONGEST_DOMAIN || !DOMAIN.matcher(domain).matches()
                    ? Optional.empty()
                    : Optional.of(trimmed.substring(0, at) + "@" + domain);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What two spellings of one address have in common; empty when it is none. */
    public static Optional<String> key(String text) {
        return normal(text).map(address -> address.toLowerCase(Locale.ROOT));
    }
}

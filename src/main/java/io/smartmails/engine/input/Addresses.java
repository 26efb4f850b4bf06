// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.input;

import java.net.IDN;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Email addresses as the contract wants them: trimmed, domain in lower-case punycode, no folding of dots or plus signs.
 *
 * <p>Local parts are dot-atoms in ASCII (quoted and non-ASCII local parts are refused: few servers take them, and a
 * quoted one may hold line breaks).
 */
public final class Addresses {
    private static final Pattern LOCAL =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
    private static final Pattern DOMAIN =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** Why a text is no address. */
    public static final class InvalidAddress extends Exception {
        InvalidAddress(String detail) {
            super(detail, null, false, false);
        }
    }

    private Addresses() {}

    /** The address to send to: the local part as written, the domain normalized. */
    public static String normal(String text) throws InvalidAddress {
        String trimmed = text.strip();
        int at = trimmed.lastIndexOf('@');
        if (at < 0) {
            throw new InvalidAddress("no domain part");
        }
        String local = trimmed.substring(0, at);
        if (local.isEmpty() || local.length() > 64 || !LOCAL.matcher(local).matches()) {
            throw new InvalidAddress("the part before the @ is not valid");
        }
        String domain;
        try {
            domain = IDN.toASCII(trimmed.substring(at + 1)).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw new InvalidAddress("the domain is not valid");
        }
        if (domain.length() > 253 || !DOMAIN.matcher(domain).matches()) {
            throw new InvalidAddress("the domain is not valid");
        }
        return local + "@" + domain;
    }

    /** What two spellings of one address have in common. */
    public static String key(String normal) {
        return normal.toLowerCase(Locale.ROOT);
    }
}

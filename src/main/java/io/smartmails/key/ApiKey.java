// SPDX-License-Identifier: Apache-2.0
package io.smartmails.key;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;

/** Makes and checks keys. 22 base62 characters carry 131 bits; the checksum finds typing errors without a look-up. */
public final class ApiKey {
    public static final int LENGTH = 32;
    public static final String LIVE = "sml_";
    public static final String TEST = "smt_";
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM_CHARS = 22;
    private static final int CHECKSUM_CHARS = 6;

    private ApiKey() {}

    /**
     * @param prefix {@link #LIVE} or {@link #TEST}
     * @param random a secure source; anything else makes guessable keys
     */
    public static String generate(String prefix, RandomGenerator random) {
        var key = new StringBuilder(prefix);
        random.ints(RANDOM_CHARS, 0, ALPHABET.length()).forEach(i -> key.append(ALPHABET.charAt(i)));
        return key.append(checksum(key.toString())).toString();
    }

    /** Length, prefix, alphabet and checksum are right. Says nothing about whether the key exists. */
    public static boolean isWellFormed(String key) {
        if (key == null || key.length() != LENGTH || !(key.startsWith(LIVE) || key.startsWith(TEST))) {
            return false;
        }
        for (int i = LIVE.length(); i < LENGTH; i++) {
            if (ALPHABET.indexOf(key.charAt(i)) < 0) {
                return false;
            }
        }
        int body = LENGTH - CHECKSUM_CHARS;
        return key.substring(body).equals(checksum(key.substring(0, body)));
    }

    public static boolean isTest(String key) {
        return key.startsWith(TEST);
    }

    /** What may be shown and logged of a key: {@code sml_Ab12...9fQz}. */
    public static String display(String key) {
        return key.length() < 12 ? "***" : key.substring(0, 8) + "..." + key.substring(key.length() - 4);
    }

    private static String checksum(String text) {
        var crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        long rest = crc.getValue();
        var chars = new char[CHECKSUM_CHARS];
        for (int i = CHECKSUM_CHARS - 1; i >= 0; i--) {
            chars[i] = ALPHABET.charAt((int) (rest % ALPHABET.length()));
            rest /= ALPHABET.length();
        }
        return new String(chars);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

/** What a path may look like: one spelling per resource, so that no two programs read one path as two. */
final class Paths {
    private static final int ENCODED_CHARS = 3;

    private Paths() {}

    static boolean isUnder(String path, String prefix) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }

    /**
     * Finds what has no place in a path: dot segments, empty segments, matrix parameters, encoded slashes, backslashes and
     * control characters.
     *
     * @param raw as it stood in the request line, without the query
     * @return what is wrong with it, null for nothing
     */
    static String fault(String raw) {
        int segment = 1;
        int dots = 0;
        for (int i = 1; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '/') {
                if (i == segment) {
                    return "an empty segment ('//')";
                }
                if (dots > 0 && dots == i - segment) {
                    return DOTS;
                }
                segment = i + 1;
                dots = 0;
            } else if (c == '.') {
                dots++;
            } else if (c == ';') {
                return "a matrix parameter (';')";
            } else if (c == '\\') {
                return "a backslash";
            } else if (c == '%') {
                int value = encoded(raw, i);
                if (value == '.') {
                    return "an encoded dot";
                }
                if (value == '/' || value == '\\') {
                    return "an encoded slash";
                }
                if (value < ' ' || value == 0x7f) {
                    return "a control character or a broken %-sequence";
                }
                i += ENCODED_CHARS - 1;
            }
        }
        return dots > 0 && dots == raw.length() - segment ? DOTS : null;
    }

    private static final String DOTS = "a dot segment ('.' or '..')";

    private static int encoded(String raw, int at) {
        return at + 2 < raw.length() ? hex(raw.charAt(at + 1)) * 16 + hex(raw.charAt(at + 2)) : -1;
    }

    private static int hex(char c) {
        int digit = c < 128 ? Character.digit(c, 16) : -1;
        return digit < 0 ? Integer.MIN_VALUE / 32 : digit;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * At most so many in so long.
 *
 * @param name as it stands in {@code RateLimit-Policy}: {@code burst}, {@code minute}, {@code day}
 * @param quota 1 to 10,000,000
 * @param length 1 second to 31 days
 */
public record RateWindow(String name, long quota, Duration length) {
    public static final long MAX_QUOTA = 10_000_000;
    public static final Duration MAX_LENGTH = Duration.ofDays(31);

    private static final int MAX_NAME_CHARS = 40;

    /** @throws IllegalArgumentException in words for the person who wrote it */
    public RateWindow {
        if (name.isEmpty() || name.length() > MAX_NAME_CHARS || !name.chars().allMatch(RateWindow::isNameChar)) {
            throw new IllegalArgumentException("'" + name + "' is no name of a window: letters, digits and -");
        }
        if (quota < 1 || quota > MAX_QUOTA) {
            throw new IllegalArgumentException("a quota is 1 to " + MAX_QUOTA + ", not " + quota);
        }
        if (length.compareTo(Duration.ofSeconds(1)) < 0
                || length.compareTo(MAX_LENGTH) > 0
                || length.toMillis() % 1000 != 0) {
            throw new IllegalArgumentException("a window is whole seconds long, from 1 s to 31 days");
        }
    }

    private static boolean isNameChar(int c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }

    /**
     * Reads {@code 60/min}, {@code 10/s}, {@code 20/10s}, {@code 5000/day}; units s, min, h or hour, d or day.
     *
     * @throws IllegalArgumentException with what is wrong, in words for the person who wrote it
     */
    public static RateWindow parse(String text) {
        int slash = text.indexOf('/');
        String quota = slash < 0 ? "" : text.substring(0, slash).strip();
        String rest = slash < 0 ? "" : text.substring(slash + 1).strip();
        int digits = 0;
        while (digits < rest.length() && isDigit(rest.charAt(digits))) {
            digits++;
        }
        long unit = switch (rest.substring(digits)) {
            case "s", "sec", "second" -> 1;
            case "min", "minute" -> 60;
            case "h", "hour" -> 3_600;
            case "d", "day" -> 86_400;
            default -> 0;
        };
        if (unit == 0 || digits > 7 || !isNumber(quota) || (digits > 0 && !isNumber(rest.substring(0, digits)))) {
            throw new IllegalArgumentException("'" + text + "' is no limit; write 60/min, 20/10s or 5000/day");
        }
        long count = digits == 0 ? 1 : Long.parseLong(rest.substring(0, digits));
        Duration length = Duration.ofSeconds(Math.multiplyExact(count, unit));
        return new RateWindow(nameOf(length), Long.parseLong(quota), length);
    }

    /** Several of them; each length once. */
    public static List<RateWindow> parseAll(List<String> texts) {
        List<RateWindow> windows = texts.stream().map(RateWindow::parse).toList();
        requireDistinct(windows);
        return windows;
    }

    static void requireDistinct(List<RateWindow> windows) {
        Set<String> names = new HashSet<>();
        for (RateWindow window : windows) {
            if (!names.add(window.name())) {
                throw new IllegalArgumentException("two limits are called '" + window.name() + "'; keep one of them");
            }
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.length() <= 10
                && text.charAt(0) != '0'
                && text.chars().allMatch(c -> isDigit((char) c));
    }

    private static String nameOf(Duration length) {
        long seconds = length.toSeconds();
        if (seconds == 1) {
            return "second";
        }
        if (seconds == 60) {
            return "minute";
        }
        if (seconds == 3_600) {
            return "hour";
        }
        if (seconds == 86_400) {
            return "day";
        }
        return seconds + "s";
    }

    /** As {@link #parse} reads it. */
    public String text() {
        return quota + "/"
                + switch (name) {
                    case "second" -> "s";
                    case "minute" -> "min";
                    case "hour" -> "hour";
                    case "day" -> "day";
                    default -> length.toSeconds() + "s";
                };
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Request limits as people write them: {@code 10/s}, {@code 60/min}, {@code 1000/h}, {@code 5000/day}. */
final class LimitText {
    static final int DEFAULT_REQUESTS_PER_MINUTE = 60;
    static final long MAX_QUOTA = 10_000_000;

    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})/(s|min|h|day)");
    private static final Map<String, RateWindow> UNITS = Map.of(
            "s", new RateWindow("burst", 1, Duration.ofSeconds(1)),
            "min", new RateWindow("minute", 1, Duration.ofMinutes(1)),
            "h", new RateWindow("hour", 1, Duration.ofHours(1)),
            "day", new RateWindow("day", 1, Duration.ofDays(1)));

    private LimitText() {}

    /** @throws IllegalArgumentException with what is wrong, for the person who wrote it */
    static RateWindow parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) > MAX_QUOTA) {
            throw new IllegalArgumentException(
                    "write a number from 1 to 10000000, a slash and s, min, h or day, such as 60/min");
        }
        RateWindow unit = UNITS.get(matcher.group(2));
        return new RateWindow(unit.name(), Long.parseLong(matcher.group(1)), unit.length());
    }

    static String format(RateWindow window) {
        String unit = UNITS.entrySet().stream()
                .filter(entry -> entry.getValue().length().equals(window.length()))
                .findFirst()
                .orElseThrow()
                .getKey();
        return window.quota() + "/" + unit;
    }

    static RateWindow perMinute(long quota) {
        return parse(quota + "/min");
    }

    static Optional<RateWindow> minuteOf(List<RateWindow> windows) {
        return windows.stream()
                .filter(window -> window.length().equals(Duration.ofMinutes(1)))
                .findFirst();
    }

    /** The windows with this one instead of the one of its length. */
    static List<RateWindow> with(List<RateWindow> windows, RateWindow window) {
        return sorted(Stream.concat(
                windows.stream().filter(other -> !other.length().equals(window.length())), Stream.of(window)));
    }

    static List<RateWindow> sorted(Stream<RateWindow> windows) {
        return windows.sorted(Comparator.comparing(RateWindow::length)).collect(Collectors.toUnmodifiableList());
    }
}

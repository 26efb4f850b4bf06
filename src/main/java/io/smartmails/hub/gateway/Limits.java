// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Lists of request limits, of which the one per minute has a field of its own in the contract. */
final class Limits {
    static final int DEFAULT_REQUESTS_PER_MINUTE = 60;

    private Limits() {}

    static RateWindow perMinute(long quota) {
        return RateWindow.parse(quota + "/min");
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

    /** Shortest first. */
    static List<RateWindow> sorted(Stream<RateWindow> windows) {
        return windows.sorted(Comparator.comparing(RateWindow::length)).toList();
    }
}

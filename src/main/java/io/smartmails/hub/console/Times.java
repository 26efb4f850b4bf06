// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Instants as the pages show them. */
public final class Times {
    private static final DateTimeFormatter UTC = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final InstantSource clock;

    Times(InstantSource clock) {
        this.clock = clock;
    }

    public String utc(Instant at) {
        return UTC.format(at);
    }

    public String clock(Instant at) {
        return CLOCK.format(at);
    }

    /** {@code 12 s ago}, {@code 3 min ago}, {@code 5 h ago}, {@code 2 d ago}. */
    public String ago(Instant at) {
        Duration age = Duration.between(at, clock.instant());
        if (age.toSeconds() < 1) {
            return "just now";
        }
        if (age.toMinutes() < 1) {
            return age.toSeconds() + " s ago";
        }
        if (age.toHours() < 1) {
            return age.toMinutes() + " min ago";
        }
        return age.toDays() < 1 ? age.toHours() + " h ago" : age.toDays() + " d ago";
    }

    /** Time between two entries of a story: {@code +35 ms}, {@code +1.20 s}. */
    public String after(Instant start, Instant at) {
        Duration span = Duration.between(start, at);
        return span.toSeconds() < 1
                ? "+" + span.toMillis() + " ms"
                : span.toMinutes() < 1
                        ? String.format(Locale.ROOT, "+%.2f s", span.toMillis() / 1000.0)
                        : "+" + span.toMinutes() + " min";
    }
}

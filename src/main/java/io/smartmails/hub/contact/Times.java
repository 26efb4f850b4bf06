// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** RFC 3339 times in UTC with milliseconds, as the contract writes them; inside they are epoch milliseconds. */
public final class Times {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Times() {}

    /** Null stays null. */
    public static String text(Long epochMillis) {
        return epochMillis == null ? null : FORMAT.format(Instant.ofEpochMilli(epochMillis));
    }

    /** Any time with an offset; empty when the text is none. */
    public static Optional<Long> parse(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant().toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}

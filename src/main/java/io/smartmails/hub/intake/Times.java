// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Times as the contract writes them: RFC 3339, UTC, milliseconds. */
final class Times {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Times() {}

    /** Null stays null. */
    static String text(Instant time) {
        return time == null ? null : FORMAT.format(time);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.time.Instant;
import java.util.Map;

/**
 * Something a human should look at.
 *
 * @param id {@code alt_} and a ULID
 * @param subject what it is about: id of a key or webhook, an address
 * @param state {@code open}, {@code acknowledged} or {@code resolved}
 * @param level 1 and up, higher is worse
 * @param times how often it happened while not resolved
 * @param note of whoever acknowledged or resolved it; null when none
 * @param changedAt null when nobody has yet
 */
public record Alert(
        String id,
        AlertType type,
        String subject,
        String state,
        int level,
        long times,
        Map<String, Object> detail,
        Instant firstAt,
        Instant lastAt,
        String note,
        Instant changedAt,
        String changedBy) {}

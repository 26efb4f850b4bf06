// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.util.Map;

/**
 * Why an alert is raised.
 *
 * @param subject what it is about, at most 200 characters; two causes of one type and subject share an alert
 * @param level 1 and up, higher is worse; when it rises, people are told again
 * @param times how often it happened, 1 or more
 * @param detail ids, addresses, numbers; no secret, no personal data
 */
public record Cause(AlertType type, String subject, int level, long times, Map<String, ?> detail) {
    public static Cause of(AlertType type, String subject, Map<String, ?> detail) {
        return new Cause(type, subject, 1, 1, detail);
    }

    /** Both, of one type and subject, with the detail of the later one. */
    Cause and(Cause later) {
        return new Cause(type, subject, Math.max(level, later.level), times + later.times, later.detail);
    }
}

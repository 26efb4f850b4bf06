// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.time.Duration;
import java.util.List;

/**
 * When an alert is raised and who is told.
 *
 * @param threshold null where the type has none
 * @param window null where the type has none
 * @param emails who gets a mail; empty = those of {@code hub.alerts.emails}
 * @param webhookId which webhook is called; null = every one
 */
public record AlertRule(
        AlertType type, boolean enabled, Double threshold, Duration window, List<String> emails, String webhookId) {

    static AlertRule usual(AlertType type) {
        return new AlertRule(type, true, type.threshold(), type.window(), List.of(), null);
    }
}

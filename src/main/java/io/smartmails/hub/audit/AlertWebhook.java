// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.time.Instant;

/**
 * A receiver of alerts.
 *
 * @param id {@code whk_} and a ULID
 * @param secret encrypted with the master key
 * @param previousSecret encrypted; null when none is valid besides
 * @param previousUntil until when deliveries are signed with the previous secret too; null when there is none
 * @param disabledReason null while enabled
 * @param failingSince since when no delivery has arrived; null while they do
 */
public record AlertWebhook(
        String id,
        String url,
        String secret,
        String previousSecret,
        Instant previousUntil,
        boolean enabled,
        String disabledReason,
        Instant failingSince,
        Instant createdAt,
        String createdBy) {
    @Override
    public String toString() {
        return id;
    }
}

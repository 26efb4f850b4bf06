// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.time.Instant;

/**
 * One event on its way to one webhook.
 *
 * @param eventId what the receiver sees as {@code webhook-id}, the same at each try
 * @param state {@code waiting}, {@code delivered}, {@code dropped} (its webhook was disabled) or {@code dead}
 * @param attempts tries so far, this one included when claimed
 * @param cause why the last try failed; null when none did
 */
public record AlertDelivery(
        String id,
        String webhookId,
        String eventId,
        String body,
        String state,
        Instant dueAt,
        int attempts,
        Instant createdAt,
        String cause) {}

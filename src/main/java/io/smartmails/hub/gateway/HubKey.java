// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.time.Instant;
import java.util.Set;

/**
 * What may be shown of a key.
 *
 * @param preset named set of scopes it was made from, {@code custom} for a free choice
 * @param display first 8 and last 4 characters, to find it again
 * @param createdBy id of the key that made it; {@code first-start} for the first
 * @param revokedAt null while it works
 */
record HubKey(
        String id,
        String name,
        String preset,
        Set<String> scopes,
        int requestsPerMinute,
        String display,
        Instant createdAt,
        String createdBy,
        Instant revokedAt) {

    String status() {
        return revokedAt == null ? "active" : "revoked";
    }
}

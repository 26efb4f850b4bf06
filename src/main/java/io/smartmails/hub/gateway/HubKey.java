// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * A key, without its secret.
 *
 * @param test nothing it sends leaves the machine
 * @param display first 8 and last 4 characters, to find it again
 * @param bucketId what its calls are counted under: its own id, or that of the first key of a chain of rolls
 * @param createdBy id of the key that made it; {@code first-start} for the first
 * @param disabledAt null while it is not switched off
 * @param revokedAt null while it was not ended
 * @param lastUsedAt null before its first use; a few seconds late
 * @param replaces the key this one was rolled from; null for none
 * @param replacedBy the key this one was rolled into; null for none
 */
public record HubKey(
        String id,
        KeyTerms terms,
        boolean test,
        String display,
        String bucketId,
        Instant createdAt,
        String createdBy,
        Instant disabledAt,
        Instant revokedAt,
        Instant lastUsedAt,
        String lastUsedIp,
        String replaces,
        String replacedBy) {
    /** How long before its end a key is called expiring. */
    static final Duration SOON = Duration.ofDays(14);

    /** Whether a key works and why not. */
    public enum Status {
        ACTIVE,
        EXPIRING,
        EXPIRED,
        REVOKED,
        DISABLED;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean works() {
            return this == ACTIVE || this == EXPIRING;
        }
    }

    /** The first that is true of: revoked, expired, disabled, expiring, active. {@link KeyStore} has the same in SQL. */
    public Status status(Instant now) {
        Instant end = terms.expiresAt();
        if (revokedAt != null) {
            return Status.REVOKED;
        }
        if (end != null && !now.isBefore(end)) {
            return Status.EXPIRED;
        }
        if (disabledAt != null) {
            return Status.DISABLED;
        }
        return end != null && !now.plus(SOON).isBefore(end) ? Status.EXPIRING : Status.ACTIVE;
    }

    /** Whether it is older than its owner wants a key to become. */
    boolean isRotationDue(Instant now) {
        return terms.rotateEvery() != null && !now.isBefore(createdAt.plus(Duration.parse(terms.rotateEvery())));
    }

    Caller caller() {
        return new Caller(
                id,
                terms.name(),
                bucketId,
                terms.scopes(),
                terms.limits(),
                terms.addresses(),
                test,
                terms.allowedSenders());
    }
}

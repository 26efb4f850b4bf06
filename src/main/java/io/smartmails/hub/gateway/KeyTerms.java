// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What a key may do and for how long: what its owner sets and changes.
 *
 * @param preset named set of scopes, {@code custom} for a free choice
 * @param allowedIps addresses and CIDR blocks; empty means everybody
 * @param deniedIps win over the allowed
 * @param allowedSenders addresses and domains it may send as, lower case; empty means any
 * @param windows request limits, shortest first; never empty
 * @param recipientsPerMinute 1 to 10,000,000
 * @param concurrentRequests 1 to 10,000
 * @param expiresAt first moment it does not work any more; null for never
 * @param rotateEvery ISO 8601 duration after which it should be rolled; only a reminder; null for none
 */
public record KeyTerms(
        String name,
        String preset,
        Set<String> scopes,
        List<String> allowedIps,
        List<String> deniedIps,
        List<String> allowedSenders,
        List<RateWindow> windows,
        long recipientsPerMinute,
        int concurrentRequests,
        Instant expiresAt,
        String rotateEvery) {

    /** A nameless key of this preset with the usual limits, for ever, from everywhere. */
    static KeyTerms of(Preset preset) {
        KeyLimits usual = KeyLimits.perMinute(Limits.DEFAULT_REQUESTS_PER_MINUTE);
        return new KeyTerms(
                "",
                preset.code(),
                preset.scopes(),
                List.of(),
                List.of(),
                List.of(),
                usual.windows(),
                usual.recipientsPerMinute(),
                usual.concurrentRequests(),
                null,
                null);
    }

    KeyTerms named(String newName) {
        return new KeyTerms(
                newName,
                preset,
                scopes,
                allowedIps,
                deniedIps,
                allowedSenders,
                windows,
                recipientsPerMinute,
                concurrentRequests,
                expiresAt,
                rotateEvery);
    }

    KeyTerms expiring(Instant at) {
        return new KeyTerms(
                name,
                preset,
                scopes,
                allowedIps,
                deniedIps,
                allowedSenders,
                windows,
                recipientsPerMinute,
                concurrentRequests,
                at,
                rotateEvery);
    }

    KeyLimits limits() {
        return new KeyLimits(windows, recipientsPerMinute, concurrentRequests);
    }

    AddressRules addresses() {
        return AddressRules.parse(allowedIps, deniedIps);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.util.Set;

/**
 * Who a key proves.
 *
 * @param keyId public handle of the key
 * @param bucketId what its buckets are counted under: its own id, or during a roll the id both keys share
 * @param scopes {@code resource:verb} of the SmartMails contract
 * @param limits what the key may do
 * @param addresses from where it may be used
 * @param test nothing it sends leaves the machine
 */
public record Caller(
        String keyId,
        String name,
        String bucketId,
        Set<String> scopes,
        KeyLimits limits,
        AddressRules addresses,
        boolean test) {
    /** Name of the request attribute the filter leaves it in. */
    public static final String ATTRIBUTE = "io.smartmails.hub.gateway.Caller";

    public boolean may(String scope) {
        return scopes.contains(scope);
    }
}

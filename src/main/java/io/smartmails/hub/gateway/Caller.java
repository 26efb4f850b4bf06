// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.util.List;
import java.util.Locale;
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
 * @param senders addresses and domains it may send as, lower case; empty means any
 */
public record Caller(
        String keyId,
        String name,
        String bucketId,
        Set<String> scopes,
        KeyLimits limits,
        AddressRules addresses,
        boolean test,
        List<String> senders) {
    /** Name of the request attribute the filter leaves it in. */
    public static final String ATTRIBUTE = "io.smartmails.hub.gateway.Caller";

    /** One that may send as anybody. */
    public Caller(
            String keyId,
            String name,
            String bucketId,
            Set<String> scopes,
            KeyLimits limits,
            AddressRules addresses,
            boolean test) {
        this(keyId, name, bucketId, scopes, limits, addresses, test, List.of());
    }

    /** Whether it may send with this address as sender. */
    public boolean maySendAs(String address) {
        String sender = address.toLowerCase(Locale.ROOT);
        return senders.isEmpty()
                || senders.contains(sender)
                || senders.contains(sender.substring(sender.lastIndexOf('@') + 1));
    }

    public boolean may(String scope) {
        return scopes.contains(scope);
    }
}

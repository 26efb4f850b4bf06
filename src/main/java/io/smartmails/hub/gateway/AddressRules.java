// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.net.InetAddress;
import java.util.List;

/**
 * Who may come: a denied address may not; with an allow list only those on it may.
 *
 * @param allow empty means everybody
 */
public record AddressRules(List<AddressRange> allow, List<AddressRange> deny) {
    public static final AddressRules ANY = new AddressRules(List.of(), List.of());

    /** @throws IllegalArgumentException at the first that is no address or block */
    public static AddressRules parse(List<String> allow, List<String> deny) {
        return new AddressRules(
                allow.stream().map(AddressRange::parse).toList(),
                deny.stream().map(AddressRange::parse).toList());
    }

    /** @param address canonical, see {@link AddressRange#contains} */
    public boolean permit(InetAddress address) {
        if (allow.isEmpty() && deny.isEmpty()) {
            return true;
        }
        byte[] bytes = address.getAddress();
        return !isIn(deny, bytes) && (allow.isEmpty() || isIn(allow, bytes));
    }

    static boolean isIn(List<AddressRange> ranges, byte[] address) {
        for (AddressRange range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }
}

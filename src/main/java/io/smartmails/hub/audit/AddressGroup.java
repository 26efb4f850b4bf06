// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Addresses that are one host as far as alerts go: an IPv4 address, or the /64 an IPv6 host may wander in. */
final class AddressGroup {
    private static final int NETWORK_BYTES = 8;

    private AddressGroup() {}

    static String of(String address) {
        if (address == null) {
            return "unknown";
        }
        int zone = address.indexOf('%');
        String literal = zone < 0 ? address : address.substring(0, zone);
        if (literal.indexOf(':') < 0) {
            return literal;
        }
        try {
            // Whatever holds a colon is a literal and never looked up.
            InetAddress parsed = InetAddress.getByName(literal);
            if (!(parsed instanceof Inet6Address) || parsed.isLoopbackAddress()) {
                return parsed.getHostAddress();
            }
            byte[] network = Arrays.copyOf(Arrays.copyOf(parsed.getAddress(), NETWORK_BYTES), 2 * NETWORK_BYTES);
            return InetAddress.getByAddress(network).getHostAddress() + "/64";
        } catch (UnknownHostException e) {
            return literal;
        }
    }
}

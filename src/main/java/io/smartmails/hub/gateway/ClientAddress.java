// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.net.InetAddress;

/**
 * Where a call comes from.
 *
 * @param address canonical: IPv4 for IPv4-mapped IPv6, without zone id
 * @param text the same to show and to count under
 * @param secure whether it came over HTTPS, to us or to a trusted proxy
 */
record ClientAddress(InetAddress address, String text, boolean secure) {
    /** Network part of an IPv6 address: one customer has at least that many addresses at will. */
    private static final int IPV6_NETWORK_BYTES = 8;

    boolean isLocal() {
        return address.isLoopbackAddress();
    }

    /** What attempts are counted under: an IPv4 address, or the /64 of an IPv6 one. */
    String source() {
        byte[] bytes = address.getAddress();
        if (bytes.length == IpLiteral.IPV4_BYTES) {
            return text;
        }
        for (int i = IPV6_NETWORK_BYTES; i < bytes.length; i++) {
            bytes[i] = 0;
        }
        return IpLiteral.address(bytes).getHostAddress() + "/64";
    }
}

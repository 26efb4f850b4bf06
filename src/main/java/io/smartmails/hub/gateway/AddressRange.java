// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.net.InetAddress;

/**
 * One address or a block of them in CIDR form, IPv4 or IPv6.
 *
 * @param network canonical bytes of the first address, 4 or 16
 * @param prefixBits 0 to 32 or 128
 */
public record AddressRange(InetAddress network, int prefixBits) {
    /**
     * Reads {@code 192.0.2.7}, {@code 192.0.2.0/24}, {@code 2001:db8::/32}; never asks a name server.
     *
     * @throws IllegalArgumentException with what is wrong, in words for the person who wrote it
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = literal(slash < 0 ? text : text.substring(0, slash));
        int bits = address.getAddress().length * 8;
        return new AddressRange(address, slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1)));
    }

    private static InetAddress literal(String text) {
        if (!text.matches("[0-9a-fA-F:.]+") || !text.matches(".*[.:].*")) {
            throw new IllegalArgumentException("'" + text + "' is no IP address");
        }
        try {
            return InetAddress.getByName(text);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException("'" + text + "' is no IP address", e);
        }
    }

    public boolean contains(InetAddress address) {
        byte[] mine = network.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((mine[bit / 8] & mask) != (other[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}

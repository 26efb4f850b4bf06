// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.net.InetAddress;

/**
 * One address or a block of them in CIDR form, IPv4 or IPv6.
 *
 * @param network canonical bytes of the first address, 4 or 16; every bit behind the prefix is 0
 * @param prefixBits 0 to 32 or 128
 */
public record AddressRange(InetAddress network, int prefixBits) {
    /** @throws IllegalArgumentException when bits behind the prefix are set or the prefix is out of range */
    public AddressRange {
        byte[] bytes = network.getAddress();
        int most = bytes.length * 8;
        if (prefixBits < 0 || prefixBits > most) {
            throw new IllegalArgumentException(
                    "a prefix of " + network.getHostAddress() + " has 0 to " + most + " bits");
        }
        for (int bit = prefixBits; bit < most; bit++) {
            if ((bytes[bit / 8] & (0x80 >> (bit % 8))) != 0) {
                throw new IllegalArgumentException("'" + network.getHostAddress() + "/" + prefixBits
                        + "' has bits set behind the prefix; the block is "
                        + first(bytes, prefixBits).getHostAddress() + "/" + prefixBits);
            }
        }
    }

    /**
     * Reads {@code 192.0.2.7}, {@code 192.0.2.0/24}, {@code 2001:db8::/32}; never asks a name server. An IPv4-mapped
     * {@code ::ffff:192.0.2.0/120} is {@code 192.0.2.0/24}; a zone id has no place here.
     *
     * @throws IllegalArgumentException with what is wrong, in words for the person who wrote it
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        byte[] bytes = literal.indexOf('%') >= 0 ? null : IpLiteral.parse(literal);
        if (bytes == null) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' is no IP address or block; write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32, without leading zeros");
        }
        int bits = slash < 0 ? bytes.length * 8 : prefix(text, text.substring(slash + 1), bytes.length * 8);
        if (IpLiteral.isMapped(bytes) && bits >= IpLiteral.MAPPED_BITS) {
            return new AddressRange(IpLiteral.address(IpLiteral.canonical(literal)), bits - IpLiteral.MAPPED_BITS);
        }
        return new AddressRange(IpLiteral.address(bytes), bits);
    }

    private static int prefix(String whole, String digits, int most) {
        boolean number = !digits.isEmpty()
                && digits.length() <= 3
                && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && (digits.length() == 1 || digits.charAt(0) != '0');
        if (!number || Integer.parseInt(digits) > most) {
            throw new IllegalArgumentException(
                    "'" + whole + "' needs a prefix length from 0 to " + most + " behind the slash");
        }
        return Integer.parseInt(digits);
    }

    private static InetAddress first(byte[] bytes, int prefixBits) {
        byte[] cut = bytes.clone();
        for (int bit = prefixBits; bit < cut.length * 8; bit++) {
            cut[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        return IpLiteral.address(cut);
    }

    /** @param address canonical: an IPv4-mapped one must come as IPv4, as {@link ClientAddress} has it */
    public boolean contains(InetAddress address) {
        return contains(address.getAddress());
    }

    boolean contains(byte[] other) {
        byte[] mine = network.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        int whole = prefixBits / 8;
        for (int i = 0; i < whole; i++) {
            if (mine[i] != other[i]) {
                return false;
            }
        }
        int rest = prefixBits % 8;
        return rest == 0 || ((mine[whole] ^ other[whole]) & (0xff00 >> rest) & 0xff) == 0;
    }

    /** As an operator writes it; a single address without its prefix. */
    public String text() {
        return prefixBits == network.getAddress().length * 8
                ? network.getHostAddress()
                : network.getHostAddress() + "/" + prefixBits;
    }
}

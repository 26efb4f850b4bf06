// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Reads IP addresses as text, strictly: four decimal numbers without leading zeros, or IPv6 as in RFC 4291. No names, no
 * octal, no shortened IPv4, so that two programs never read one text as two addresses. Never asks a name server.
 */
final class IpLiteral {
    static final int IPV4_BYTES = 4;
    static final int IPV6_BYTES = 16;
    /** Bits before the IPv4 address in {@code ::ffff:192.0.2.7}. */
    static final int MAPPED_BITS = 96;

    private static final int LONGEST = 45;
    private static final int IPV6_GROUPS = 8;

    private IpLiteral() {}

    /**
     * The canonical bytes: IPv4 for an IPv4-mapped IPv6 address; the zone id ({@code fe80::1%eth0}) is dropped.
     *
     * @return 4 or 16 bytes, null when the text is no address
     */
    static byte[] canonical(String text) {
        byte[] bytes = parse(text);
        return bytes != null && isMapped(bytes)
                ? Arrays.copyOfRange(bytes, IPV6_BYTES - IPV4_BYTES, IPV6_BYTES)
                : bytes;
    }

    /** The bytes as written, or null; with a zone id cut off. */
    static byte[] parse(String text) {
        if (text.indexOf(':') < 0) {
            return ipv4(text, 0, text.length());
        }
        int zone = text.indexOf('%');
        return ipv6(zone < 0 ? text : text.substring(0, zone));
    }

    static boolean isMapped(byte[] bytes) {
        if (bytes.length != IPV6_BYTES || bytes[10] != -1 || bytes[11] != -1) {
            return false;
        }
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(bytes.length + " bytes are no address", e);
        }
    }

    private static byte[] ipv4(String text, int from, int to) {
        byte[] bytes = new byte[IPV4_BYTES];
        int at = from;
        for (int part = 0; part < IPV4_BYTES; part++) {
            int value = 0;
            int start = at;
            while (at < to && text.charAt(at) >= '0' && text.charAt(at) <= '9' && at - start < 3) {
                value = value * 10 + text.charAt(at++) - '0';
            }
            boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
            if (at == start || leadingZero || value > 255) {
                return null;
            }
            bytes[part] = (byte) value;
            boolean last = part == IPV4_BYTES - 1;
            if (last ? at != to : at >= to || text.charAt(at++) != '.') {
                return null;
            }
        }
        return bytes;
    }

    private static byte[] ipv6(String text) {
        int length = text.length();
        if (length < 2 || length > LONGEST) {
            return null;
        }
        int[] groups = new int[IPV6_GROUPS];
        int count = 0;
        int gap = -1;
        int at = 0;
        if (text.startsWith("::")) {
            gap = 0;
            at = 2;
        }
        while (at < length) {
            int end = text.indexOf(':', at);
            end = end < 0 ? length : end;
            if (end == length && text.indexOf('.', at) >= 0) {
                byte[] tail = ipv4(text, at, length);
                if (tail == null || count > IPV6_GROUPS - 2) {
                    return null;
                }
                groups[count++] = (tail[0] & 0xff) << 8 | tail[1] & 0xff;
                groups[count++] = (tail[2] & 0xff) << 8 | tail[3] & 0xff;
                break;
            }
            int group = hex(text, at, end);
            if (group < 0 || count == IPV6_GROUPS) {
                return null;
            }
            groups[count++] = group;
            if (end == length) {
                break;
            }
            at = end + 1;
            if (at == length) {
                return null;
            }
            if (text.charAt(at) == ':') {
                if (gap >= 0) {
                    return null;
                }
                gap = count;
                at++;
            }
        }
        if (gap < 0 ? count != IPV6_GROUPS : count == IPV6_GROUPS) {
            return null;
        }
        byte[] bytes = new byte[IPV6_BYTES];
        int behindGap = gap < 0 ? 0 : count - gap;
        for (int i = 0; i < count; i++) {
            int place = i < count - behindGap ? i : IPV6_GROUPS - count + i;
            bytes[2 * place] = (byte) (groups[i] >> 8);
            bytes[2 * place + 1] = (byte) groups[i];
        }
        return bytes;
    }

    /** One to four hex digits, or -1. */
    private static int hex(String text, int from, int to) {
        if (to == from || to - from > 4) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;

/**
 * Finds out where a call comes from. What a proxy says is believed only of a trusted peer, from right to left: each hop
 * that is trusted vouches for the one before it; the first that is not trusted is the client. Contents that cannot be read
 * end the walk at the last hop known.
 */
final class ClientAddresses {
    private static final String FORWARDED_FOR = "X-Forwarded-For";
    private static final String FORWARDED_PROTO = "X-Forwarded-Proto";
    private static final String FORWARDED = "Forwarded";
    private static final byte[] NOBODY = new byte[IpLiteral.IPV4_BYTES];

    private final List<AddressRange> trusted;

    /** @param trusted the proxies in front of the hub; empty when callers reach it directly */
    ClientAddresses(List<AddressRange> trusted) {
        this.trusted = trusted;
    }

    ClientAddress of(HttpServletRequest request) {
        String peer = request.getRemoteAddr();
        byte[] canonical = peer == null ? null : IpLiteral.canonical(peer);
        byte[] bytes = canonical == null ? NOBODY : canonical;
        if (trusted.isEmpty() || !AddressRules.isIn(trusted, bytes)) {
            InetAddress address = IpLiteral.address(bytes);
            boolean asWritten = bytes.length == IpLiteral.IPV4_BYTES && canonical != null && peer.indexOf(':') < 0;
            return new ClientAddress(address, asWritten ? peer : address.getHostAddress(), request.isSecure());
        }
        return throughProxies(request, bytes);
    }

    private ClientAddress throughProxies(HttpServletRequest request, byte[] peer) {
        List<String> listed = elements(request.getHeaders(FORWARDED_FOR));
        List<String> standard = elements(request.getHeaders(FORWARDED));
        byte[] byList = listed.isEmpty() ? null : walk(peer, listed);
        byte[] byStandard = standard.isEmpty()
                ? null
                : walk(peer, standard.stream().map(e -> parameter(e, "for")).toList());
        byte[] client = byList == null ? byStandard : byList;
        if (client == null
                || (byStandard != null && !Arrays.equals(byList == null ? byStandard : byList, byStandard))) {
            // A proxy writes one of the two; when they differ the other one is the caller's invention.
            client = peer;
        }
        InetAddress address = IpLiteral.address(client);
        return new ClientAddress(address, address.getHostAddress(), request.isSecure() || isHttps(request, standard));
    }

    private byte[] walk(byte[] peer, List<String> hops) {
        byte[] last = peer;
        for (int i = hops.size() - 1; i >= 0; i--) {
            byte[] hop = node(hops.get(i));
            if (hop == null) {
                return last;
            }
            last = hop;
            if (!AddressRules.isIn(trusted, hop)) {
                return last;
            }
        }
        return last;
    }

    private static boolean isHttps(HttpServletRequest request, List<String> standard) {
        List<String> schemes = elements(request.getHeaders(FORWARDED_PROTO));
        if (schemes.isEmpty()) {
            schemes = standard.stream().map(e -> parameter(e, "proto")).toList();
        }
        return !schemes.isEmpty() && schemes.stream().allMatch("https"::equalsIgnoreCase);
    }

    /** The members of a list field over all its lines, in order. */
    private static List<String> elements(Enumeration<String> lines) {
        if (!lines.hasMoreElements()) {
            return List.of();
        }
        List<String> elements = new ArrayList<>();
        while (lines.hasMoreElements()) {
            for (String element : lines.nextElement().split(",", -1)) {
                elements.add(element.strip());
            }
        }
        return elements;
    }

    /** Value of a parameter of a {@code Forwarded} element (RFC 7239), without quotes; empty when it is not there. */
    private static String parameter(String element, String name) {
        for (String pair : element.split(";", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.substring(0, equals).strip().equalsIgnoreCase(name)) {
                String value = pair.substring(equals + 1).strip();
                boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
                return quoted ? value.substring(1, value.length() - 1) : value;
            }
        }
        return "";
    }

    /** {@code 192.0.2.7}, {@code 192.0.2.7:4711}, {@code 2001:db8::1}, {@code [2001:db8::1]:4711}; null for anything else. */
    private static byte[] node(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end > 0 && isPort(text, end + 1) ? IpLiteral.canonical(text.substring(1, end)) : null;
        }
        int colon = text.indexOf(':');
        boolean withPort = colon > 0 && colon == text.lastIndexOf(':');
        if (withPort) {
            return isPort(text, colon) ? IpLiteral.canonical(text.substring(0, colon)) : null;
        }
        return text.isEmpty() ? null : IpLiteral.canonical(text);
    }

    private static boolean isPort(String text, int from) {
        if (from == text.length()) {
            return true;
        }
        if (text.charAt(from) != ':' || text.length() == from + 1 || text.length() > from + 6) {
            return false;
        }
        for (int i = from + 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}

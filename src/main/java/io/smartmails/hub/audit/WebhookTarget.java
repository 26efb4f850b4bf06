// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;

/**
 * Where alerts may be posted: https to addresses of the open internet, so that nobody makes the hub knock at doors inside.
 * A host name is looked up before each try; Java remembers an address for 30 s by default, so the connection goes to the one
 * that was checked.
 */
final class WebhookTarget {
    private static final int URL_CHARS = 2_000;

    private final boolean allowPrivate;

    /** @param allowPrivate also http, and addresses inside */
    WebhookTarget(boolean allowPrivate) {
        this.allowPrivate = allowPrivate;
    }

    /** What is wrong with the URL itself; empty when nothing is. */
    Optional<String> malformed(String url) {
        if (url == null || url.isBlank() || url.length() > URL_CHARS) {
            return Optional.of("a URL of at most " + URL_CHARS + " characters");
        }
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return Optional.of("not a URL: " + e.getReason());
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(allowPrivate && scheme.equals("http"))) {
            return Optional.of("must begin with https://");
        }
        if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            return Optional.of("a host, no user name, no fragment");
        }
        return Optional.empty();
    }

    /** Why nothing is posted there; empty when it may be. */
    Optional<String> refused(URI uri) {
        return check(uri, Optional.of("the host name " + uri.getHost() + " is not known"));
    }

    /** The same, for a host that need not be known yet. */
    Optional<String> refusedAtFirst(URI uri) {
        return check(uri, Optional.empty());
    }

    private Optional<String> check(URI uri, Optional<String> unknown) {
        if (allowPrivate) {
            return Optional.empty();
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(uri.getHost())) {
                if (isInside(address)) {
                    return Optional.of(
                            uri.getHost() + " is an address inside; hub.alerts.allow-private-targets=true allows such");
                }
            }
            return Optional.empty();
        } catch (UnknownHostException e) {
            return unknown;
        }
    }

    static boolean isInside(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return true;
        }
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        if (address instanceof Inet4Address) {
            return first == 0
                    || (first == 100 && second >= 64 && second <= 127) // RFC 6598, shared by carriers
                    || (first == 192 && second == 0 && bytes[2] == 0) // RFC 6890
                    || (first == 198 && (second == 18 || second == 19)) // RFC 2544, benchmarks
                    || first >= 240;
        }
        return (first & 0xfe) == 0xfc // RFC 4193, unique local
                || (first == 0x20 && second == 0x02) // 6to4 and the next wrap IPv4 addresses
                || (first == 0x00 && second == 0x64 && (bytes[2] & 0xff) == 0xff && (bytes[3] & 0xff) == 0x9b);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import org.apache.coyote.Request;
import org.apache.tomcat.util.buf.ByteChunk;
import org.apache.tomcat.util.http.MimeHeaders;

/**
 * The head of a request as it came over the wire. Tomcat repairs some framing that programs in front of it may read
 * differently: it drops Content-Length beside Transfer-Encoding, ignores Transfer-Encoding of HTTP/1.0, takes a bare LF for
 * a line's end and an absolute URI for a path. The bytes in its buffer still tell.
 */
final class RawHead {
    private static final byte[] CONTENT_LENGTH = "content-length".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private RawHead() {}

    /** @return what is wrong with the framing, in words for the sender; null for nothing */
    static String fault(Request request) {
        MimeHeaders headers = request.getMimeHeaders();
        boolean encoded = headers.getValue("transfer-encoding") != null;
        if (encoded && request.protocol().equals("HTTP/1.0")) {
            return "HTTP/1.0 knows no Transfer-Encoding; send Content-Length";
        }
        ByteChunk uri = request.requestURI().getByteChunk();
        byte[] bytes = uri.getBuffer();
        if (bytes == null || !request.protocol().equals("HTTP/1.1")) {
            return null;
        }
        int start = uri.getStart();
        if (start > 0 && bytes[start - 1] != ' ') {
            return "the request line must name a path, not a whole URL";
        }
        if (start > 1 && bytes[start - 2] == ' ') {
            return "one blank stands between the parts of the request line, not two";
        }
        return lines(bytes, start, encoded);
    }

    /** From the URI to the blank line behind the header fields. */
    private static String lines(byte[] bytes, int from, boolean encoded) {
        int line = from;
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] != '\n') {
                continue;
            }
            if (i == from || bytes[i - 1] != '\r') {
                return "a line of the head ends in a bare LF; lines end in CR LF";
            }
            if (i - line <= 1) {
                return null;
            }
            line = i + 1;
            if (encoded && isContentLength(bytes, line)) {
                return "Content-Length and Transfer-Encoding exclude each other";
            }
        }
        return null;
    }

    private static boolean isContentLength(byte[] bytes, int at) {
        if (at + CONTENT_LENGTH.length >= bytes.length || bytes[at + CONTENT_LENGTH.length] != ':') {
            return false;
        }
        for (int i = 0; i < CONTENT_LENGTH.length; i++) {
            if ((bytes[at + i] | 0x20) != (CONTENT_LENGTH[i] | 0x20)) {
                return false;
            }
        }
        return true;
    }
}

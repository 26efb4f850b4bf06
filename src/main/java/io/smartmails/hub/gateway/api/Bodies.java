// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.hub.gateway.BodyReader;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** Reads request bodies, plain or gzip; the limit holds for the size after unpacking. */
final class Bodies {
    private static final Duration TIME = Duration.ofSeconds(30);

    private Bodies() {}

    /**
     * @return empty when there is none
     * @throws io.smartmails.problem.ProblemException 413, 415 for a coding other than gzip or what is not JSON, 400
     */
    static byte[] json(HttpServletRequest request, int maxBytes) throws IOException {
        byte[] body = raw(request, maxBytes);
        if (body.length > 0 && !isType(request, "application/json")) {
            throw Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json")
                    .asException();
        }
        return body;
    }

    static boolean isType(HttpServletRequest request, String type) {
        String given = request.getContentType();
        return given != null && given.toLowerCase(Locale.ROOT).startsWith(type);
    }

    static byte[] raw(HttpServletRequest request, int maxBytes) throws IOException {
        if (!"gzip".equalsIgnoreCase(request.getHeader("Content-Encoding"))) {
            return BodyReader.read(request, maxBytes, TIME);
        }
        byte[] packed = BodyReader.read(new AsPlain(request), maxBytes, TIME);
        byte[] body;
        try (var in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            body = in.readNBytes(maxBytes + 1);
        } catch (IOException e) {
            throw Problem.of(ProblemCode.INVALID_REQUEST, "The body is not gzip, as its Content-Encoding says")
                    .asException();
        }
        if (body.length > maxBytes) {
            throw Problem.of(
                            ProblemCode.PAYLOAD_TOO_LARGE,
                            "The body may have " + maxBytes + " bytes at most when unpacked")
                    .with("max_bytes", maxBytes)
                    .asException();
        }
        return body;
    }

    private static final class AsPlain extends HttpServletRequestWrapper {
        AsPlain(HttpServletRequest request) {
            super(request);
        }

        @Override
        public String getHeader(String name) {
            return name.equalsIgnoreCase("Content-Encoding") ? null : super.getHeader(name);
        }
    }
}

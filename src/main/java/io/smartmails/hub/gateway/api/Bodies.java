// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.hub.gateway.BodyReader;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

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
        return BodyReader.readInflated(request, maxBytes, TIME);
    }
}

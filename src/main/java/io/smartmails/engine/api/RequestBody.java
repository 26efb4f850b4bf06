// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads bodies within their limit, packed with gzip or not; the limit holds for the unpacked size. */
final class RequestBody {
    private RequestBody() {}

    /** What can be refused before a byte is read. */
    static void checkAnnouncedSize(HttpServletRequest request, long mostBytes) {
        if (request.getContentLengthLong() > mostBytes) {
            throw tooLarge(mostBytes);
        }
    }

    static byte[] read(HttpServletRequest request, long mostBytes) throws IOException {
        String encoding = request.getHeader("Content-Encoding");
        boolean gzip = "gzip".equalsIgnoreCase(encoding);
        if (encoding != null && !gzip && !"identity".equalsIgnoreCase(encoding)) {
            throw Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding may be gzip or left out")
                    .asException();
        }
        byte[] body;
        try (InputStream raw = request.getInputStream();
                InputStream in = gzip ? new GZIPInputStream(raw) : raw) {
            body = in.readNBytes((int) mostBytes + 1);
        } catch (ZipException e) {
            throw Problem.of(ProblemCode.INVALID_JSON, "the body is not gzip").asException();
        }
        if (body.length > mostBytes) {
            throw tooLarge(mostBytes);
        }
        String type = request.getContentType();
        if (body.length > 0 && (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json"))) {
            throw Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "send Content-Type: application/json")
                    .asException();
        }
        return body;
    }

    private static ProblemException tooLarge(long mostBytes) {
        return Problem.of(ProblemCode.PAYLOAD_TOO_LARGE, "the body may have " + mostBytes + " bytes here; split it")
                .with("max_bytes", mostBytes)
                .asException();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.zip.GZIPInputStream;

/** Reads a body of bounded size in bounded time, whether it announces its length or comes in chunks. */
public final class BodyReader {
    private static final int BUFFER_BYTES = 8 * 1024;

    private BodyReader() {}

    /**
     * @param within for the whole body; a sender that dribbles is refused then
     * @throws io.smartmails.problem.ProblemException 413 {@code payload_too_large}, 415 for a compressed body, 400
     *     {@code request_timeout} or {@code invalid_request} for a body that ends early
     */
    public static byte[] read(HttpServletRequest request, int maxBytes, Duration within) throws IOException {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body without Content-Encoding")
                    .asException();
        }
        return readAsSent(request, maxBytes, within);
    }

    /**
     * Like {@link #read}, but takes gzip too; the limit holds for the bytes sent and for what they inflate to.
     *
     * @throws io.smartmails.problem.ProblemException besides, 400 {@code invalid_request} when the body is no gzip
     */
    public static byte[] readInflated(HttpServletRequest request, int maxBytes, Duration within) throws IOException {
        if (!"gzip".equalsIgnoreCase(request.getHeader("Content-Encoding"))) {
            return read(request, maxBytes, within);
        }
        byte[] sent = readAsSent(request, maxBytes, within);
        try (var inflater = new GZIPInputStream(new ByteArrayInputStream(sent))) {
            byte[] body = inflater.readNBytes(maxBytes);
            if (inflater.read() >= 0) {
                throw tooLarge(maxBytes);
            }
            return body;
        } catch (IOException e) {
            throw Problem.of(ProblemCode.INVALID_REQUEST, "The body is not the gzip its Content-Encoding says")
                    .asException();
        }
    }

    /** Like {@link #read}, but leaves a Content-Encoding as it is. */
    static byte[] readAsSent(HttpServletRequest request, int maxBytes, Duration within) throws IOException {
        long announced = request.getContentLengthLong();
        if (announced > maxBytes) {
            throw tooLarge(maxBytes);
        }
        long deadline = System.nanoTime() + within.toNanos();
        var body = new ByteArrayOutputStream((int) Math.max(announced, BUFFER_BYTES));
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            ServletInputStream in = request.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (body.size() + n > maxBytes) {
                    throw tooLarge(maxBytes);
                }
                if (System.nanoTime() - deadline > 0) {
                    throw tooSlow(within);
                }
                body.write(buffer, 0, n);
            }
        } catch (IOException e) {
            if (e instanceof SocketTimeoutException || e.getCause() instanceof SocketTimeoutException) {
                throw tooSlow(within);
            }
            throw Problem.of(
                            ProblemCode.INVALID_REQUEST, "The body ended early or its framing is broken; send it again")
                    .withHeader("Connection", "close")
                    .asException();
        }
        return body.toByteArray();
    }

    private static RuntimeException tooLarge(int maxBytes) {
        return Problem.of(ProblemCode.PAYLOAD_TOO_LARGE, "The body may have " + maxBytes + " bytes at most")
                .with("max_bytes", maxBytes)
                .withHeader("Connection", "close")
                .asException();
    }

    private static RuntimeException tooSlow(Duration within) {
        return Problem.of(
                        ProblemCode.REQUEST_TIMEOUT,
                        "The body did not arrive within " + within.toSeconds() + " s; send it again")
                .withHeader("Connection", "close")
                .asException();
    }
}

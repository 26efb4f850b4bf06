// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.springframework.core.NestedExceptionUtils;

/** Reads a body of bounded size in bounded time, whether it announces its length or comes in chunks. */
public final class BodyReader {
    private static final int BUFFER_BYTES = 8 * 1024;

    private BodyReader() {}

    /**
     * Reads a body as it is; for senders whose signature covers the bytes.
     *
     * @param within for the whole body; a sender that dribbles is refused then
     * @throws io.smartmails.problem.ProblemException 413 {@code payload_too_large}, 415 for a compressed body, 400
     *     {@code request_timeout} or {@code invalid_request} for a body that ends early
     */
    public static byte[] read(HttpServletRequest request, int maxBytes, Duration within) throws IOException {
        if (encoding(request) != null) {
            throw Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body without Content-Encoding")
                    .asException();
        }
        return readAsSent(request, maxBytes, within);
    }

    /** Like {@link #read}, but leaves a Content-Encoding as it is. */
    static byte[] readAsSent(HttpServletRequest request, int maxBytes, Duration within) throws IOException {
        return read(request, maxBytes, within, false);
    }

    /**
     * Reads a body that may be compressed with gzip. Counted is what comes out, so a small body that swells to more than
     * allowed is refused before it does.
     *
     * @throws io.smartmails.problem.ProblemException as {@link #read}, 415 for another encoding, 400 {@code
     *     invalid_request} for one that is not gzip
     */
    public static byte[] readInflated(HttpServletRequest request, int maxBytes, Duration within) throws IOException {
        String encoding = encoding(request);
        if (encoding != null && !encoding.equalsIgnoreCase("gzip")) {
            throw Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body plain or with Content-Encoding: gzip")
                    .asException();
        }
        return read(request, maxBytes, within, encoding != null);
    }

    /** @return null for none */
    private static String encoding(HttpServletRequest request) {
        String encoding = request.getHeader("Content-Encoding");
        return encoding == null || encoding.isBlank() || encoding.equalsIgnoreCase("identity")
                ? null
                : encoding.strip();
    }

    private static byte[] read(HttpServletRequest request, int maxBytes, Duration within, boolean compressed)
            throws IOException {
        long announced = request.getContentLengthLong();
        if (announced > maxBytes) {
            throw tooLarge(maxBytes).asException();
        }
        try {
            var wire = new TimedInput(request.getInputStream(), System.nanoTime() + within.toNanos());
            if (!compressed) {
                return bounded(wire, maxBytes, announced);
            }
            return bounded(new GZIPInputStream(wire, BUFFER_BYTES), maxBytes, announced);
        } catch (ZipException e) {
            throw broken("The body is not valid gzip; send it plain or compress it again");
        } catch (SlowBody e) {
            throw tooSlow(within);
        } catch (EOFException e) {
            throw broken("The body ended early; send it again");
        } catch (IOException e) {
            if (NestedExceptionUtils.getMostSpecificCause(e) instanceof SocketTimeoutException) {
                throw tooSlow(within);
            }
            throw broken("The body ended early or its framing is broken; send it again");
        }
    }

    private static byte[] bounded(InputStream in, int maxBytes, long announced) throws IOException {
        var body = new ByteArrayOutputStream((int) Math.max(announced, 32));
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            if (body.size() + n > maxBytes) {
                throw tooLarge(maxBytes).asException();
            }
            body.write(buffer, 0, n);
        }
        return body.toByteArray();
    }

    private static final class SlowBody extends IOException {}

    /** Looks at the clock with every read. */
    private static final class TimedInput extends FilterInputStream {
        private final long deadlineNanos;

        TimedInput(InputStream in, long deadlineNanos) {
            super(in);
            this.deadlineNanos = deadlineNanos;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            int n = super.read(buffer, from, length);
            if (n >= 0 && System.nanoTime() - deadlineNanos > 0) {
                throw new SlowBody();
            }
            return n;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            int n = read(one, 0, 1);
            return n < 0 ? n : one[0] & 0xff;
        }
    }

    static Problem tooLarge(int maxBytes) {
        return Problem.of(ProblemCode.PAYLOAD_TOO_LARGE, "The body may have " + maxBytes + " bytes at most")
                .with("max_bytes", maxBytes)
                .withHeader("Connection", "close");
    }

    private static RuntimeException broken(String detail) {
        return Problem.of(ProblemCode.INVALID_REQUEST, detail)
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

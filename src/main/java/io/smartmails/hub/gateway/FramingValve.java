// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.tomcat.util.http.MimeHeaders;

/**
 * The first look at a request, before any filter: its id, the framing of RFC 9112, size of head and body, path and method.
 * A valve because only Tomcat's own request shows the bytes, and because it need not copy header fields to measure them.
 */
final class FramingValve extends ValveBase {
    private static final int MAX_HEAD_BYTES = 16 * 1024;
    private static final int MAX_ID_CHARS = 64;
    private static final String CLOSE = "close";
    private static final String API_METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS";
    private static final String WEBHOOK_METHODS = "POST, OPTIONS";

    private final Ids ids;

    FramingValve(Ids ids) {
        super(true);
        this.ids = ids;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        identify(request, response, ids);
        Problem fault = fault(request);
        if (fault != null) {
            ProblemWriter.write(request, response, fault);
            return;
        }
        String path = request.getRequestURI();
        if (request.getMethod().equals("OPTIONS") && isOurs(path)) {
            // There is no CORS here: a browser shall not hold a key.
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            response.setHeader("Allow", allowed(path));
            return;
        }
        getNext().invoke(request, response);
    }

    /** Takes the caller's request id, or makes one, and puts it on the answer. */
    static void identify(HttpServletRequest request, HttpServletResponse response, Ids ids) {
        String sent = request.getHeader("X-Request-Id");
        String id = sent != null && isPlain(sent) ? sent : ids.next("req");
        request.setAttribute(GatewayFilter.REQUEST_ID, id);
        response.setHeader("X-Request-Id", id);
        response.setHeader("X-Content-Type-Options", "nosniff");
    }

    static boolean isPlain(String id) {
        if (id.isEmpty() || id.length() > MAX_ID_CHARS) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            if (id.charAt(i) < 0x21 || id.charAt(i) > 0x7e) {
                return false;
            }
        }
        return true;
    }

    private static Problem fault(Request request) {
        org.apache.coyote.Request raw = request.getCoyoteRequest();
        String framing = RawHead.fault(raw);
        if (framing != null) {
            return Problem.of(ProblemCode.INVALID_REQUEST, "The request is framed wrongly: " + framing)
                    .withHeader("Connection", CLOSE);
        }
        if (raw.requestURI().getLength() + raw.queryString().getLength() > MAX_HEAD_BYTES) {
            return Problem.of(
                    ProblemCode.URI_TOO_LONG, "The address may have " + MAX_HEAD_BYTES + " characters at most");
        }
        if (headBytes(raw.getMimeHeaders()) > MAX_HEAD_BYTES) {
            return Problem.of(
                    ProblemCode.HEADERS_TOO_LARGE,
                    "The header fields may have " + MAX_HEAD_BYTES + " characters together");
        }
        String path = request.getRequestURI();
        if (path == null) {
            return Problem.of(
                            ProblemCode.INVALID_REQUEST,
                            "The request line cannot be read; send 'METHOD /path HTTP/1.1'")
                    .withHeader("Connection", CLOSE);
        }
        String inPath = Paths.fault(path);
        if (inPath != null) {
            return Problem.of(ProblemCode.INVALID_REQUEST, "The path holds " + inPath + "; write it plainly");
        }
        if (isOurs(path) && !isMethod(request.getMethod())) {
            return Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "This method is not served; use " + allowed(path))
                    .withHeader("Allow", allowed(path));
        }
        long announced;
        try {
            announced = raw.getContentLengthLong();
        } catch (IllegalArgumentException notOneNumber) {
            return Problem.of(ProblemCode.INVALID_REQUEST, "Content-Length must be one whole number, sent once")
                    .withHeader("Connection", CLOSE);
        }
        int most = BodyLimits.maxBytes(path);
        if (announced > most) {
            return BodyReader.tooLarge(most);
        }
        return null;
    }

    private static int headBytes(MimeHeaders headers) {
        int bytes = 0;
        for (int i = 0; i < headers.size(); i++) {
            bytes += headers.getName(i).getLength() + headers.getValue(i).getLength();
        }
        return bytes;
    }

    private static boolean isOurs(String path) {
        return Paths.isUnder(path, "/v1") || Paths.isUnder(path, "/admin") || Paths.isUnder(path, "/webhooks");
    }

    private static boolean isMethod(String method) {
        return switch (method) {
            case "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS" -> true;
            default -> false;
        };
    }

    private static String allowed(String path) {
        return Paths.isUnder(path, "/webhooks") ? WEBHOOK_METHODS : API_METHODS;
    }
}

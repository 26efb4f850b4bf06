// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;

/** Answers with problem+json. */
public final class ProblemWriter {
    static final String REALM = "smartmails-hub";

    /** Request attribute: the problem that was told, in case the server drops the answer for a shorter one of its own. */
    static final String WRITTEN = ProblemWriter.class.getName() + ".written";

    private static final String CHALLENGE = "Bearer realm=\"" + REALM + '"';
    private static final ObjectMapper JSON = new ObjectMapper();

    private ProblemWriter() {}

    public static void write(HttpServletRequest request, HttpServletResponse response, Problem problem)
            throws IOException {
        problem.headers().forEach(response::setHeader);
        String challenge = challenge(problem);
        if (challenge != null) {
            response.setHeader("WWW-Authenticate", challenge);
        }
        request.setAttribute(WRITTEN, problem);
        writeBody(response, problem.status(), problem.body(pathOf(request), requestId(request)));
    }

    /** RFC 6750: a code only when a key was sent. */
    private static String challenge(Problem problem) {
        return switch (problem.code()) {
            case MISSING_KEY -> CHALLENGE;
            case MALFORMED_KEY, UNKNOWN_KEY, EXPIRED_KEY, REVOKED_KEY, KEY_IN_URL ->
                CHALLENGE + ", error=\"invalid_token\"";
            case MISSING_SCOPE ->
                CHALLENGE + ", error=\"insufficient_scope\", scope=\""
                        + problem.extras().get("required_scope") + '"';
            default -> null;
        };
    }

    /** For refusals whose status is a connector's choice and not that of the code. */
    public static void write(
            HttpServletRequest request,
            HttpServletResponse response,
            int status,
            String code,
            String title,
            String detail)
            throws IOException {
        writeBody(
                response,
                status,
                Map.of(
                        "type",
                        Problem.of(ProblemCode.NOT_FOUND, "")
                                .body(null, null)
                                .get("type")
                                .toString()
                                .replace("not_found", code),
                        "title",
                        title,
                        "status",
                        status,
                        "code",
                        code,
                        "detail",
                        detail,
                        "instance",
                        pathOf(request),
                        "request_id",
                        String.valueOf(requestId(request)),
                        "retryable",
                        false));
    }

    private static void writeBody(HttpServletResponse response, int status, Map<String, Object> body)
            throws IOException {
        response.setStatus(status);
        response.setContentType(Problem.MEDIA_TYPE);
        response.setHeader("Cache-Control", "no-store");
        byte[] bytes = JSON.writeValueAsBytes(body);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    /** The path without what may be secret in it: a webhook's path secret, a key in the wrong place. */
    private static String pathOf(HttpServletRequest request) {
        String path = request.getRequestURI();
        if (path == null) {
            return null; // the request line could not be read
        }
        if (path.startsWith("/webhooks/")) {
            int end = path.indexOf('/', "/webhooks/".length());
            return end < 0 ? path : path.substring(0, end);
        }
        return Credentials.keyIn(path) == null ? path : null;
    }

    private static String requestId(HttpServletRequest request) {
        return (String) request.getAttribute(GatewayFilter.REQUEST_ID);
    }
}

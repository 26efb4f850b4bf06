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
    private static final ObjectMapper JSON = new ObjectMapper();

    private ProblemWriter() {}

    public static void write(HttpServletRequest request, HttpServletResponse response, Problem problem)
            throws IOException {
        problem.headers().forEach(response::setHeader);
        if (problem.status() == 401 && !problem.code().equals(ProblemCode.SIGNATURE_MISMATCH)) {
            boolean absent = problem.code() == ProblemCode.MISSING_KEY;
            response.setHeader(
                    "WWW-Authenticate",
                    "Bearer realm=\"smartmails-hub\"" + (absent ? "" : ", error=\"invalid_token\""));
        }
        if (problem.code() == ProblemCode.MISSING_SCOPE) {
            response.setHeader(
                    "WWW-Authenticate",
                    "Bearer realm=\"smartmails-hub\", error=\"insufficient_scope\", scope=\""
                            + problem.extras().get("required_scope") + "\"");
        }
        writeBody(response, problem.status(), problem.body(pathOf(request), requestId(request)));
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
        response.getOutputStream().write(JSON.writeValueAsBytes(body));
    }

    /** The path without what may be secret in it: a webhook's path secret. */
    private static String pathOf(HttpServletRequest request) {
        String path = request.getRequestURI();
        if (path.startsWith("/webhooks/")) {
            int end = path.indexOf('/', "/webhooks/".length());
            return end < 0 ? path : path.substring(0, end);
        }
        return path;
    }

    private static String requestId(HttpServletRequest request) {
        return (String) request.getAttribute(GatewayFilter.REQUEST_ID);
    }
}

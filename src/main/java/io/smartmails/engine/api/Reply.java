// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.engine.input.Json;
import io.smartmails.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** An answer ready to be written. */
record Reply(int status, String contentType, byte[] body, Map<String, String> headers) {
    private static final String JSON = "application/json";

    static Reply json(int status, Object body) {
        return new Reply(status, JSON, Json.MAPPER.writeValueAsBytes(body), Map.of());
    }

    static Reply ok(Object body) {
        return json(200, body);
    }

    static Reply noContent() {
        return new Reply(204, null, new byte[0], Map.of());
    }

    static Reply html(int status, String page) {
        return new Reply(
                status,
                "text/html;charset=utf-8",
                page.getBytes(StandardCharsets.UTF_8),
                Map.of(
                        "Cache-Control", "no-store",
                        "X-Robots-Tag", "noindex",
                        "Referrer-Policy", "no-referrer",
                        "Content-Security-Policy",
                                "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"));
    }

    static Reply problem(Problem problem, String instance, String requestId) {
        byte[] body = Json.MAPPER.writeValueAsBytes(problem.body(instance, requestId));
        return new Reply(problem.status(), Problem.MEDIA_TYPE, body, problem.headers());
    }

    Reply with(String header, String value) {
        var all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new Reply(status, contentType, body, all);
    }
}

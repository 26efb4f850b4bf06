// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.engine.access.Caller;
import io.smartmails.engine.access.Keys;
import io.smartmails.key.ApiKey;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Finds the caller of a request by its bearer key. */
final class Credentials {
    private static final Set<String> KEY_PARAMETERS = Set.of("api_key", "apikey", "access_token", "key", "token");
    private static final String BEARER = "bearer ";

    private final Keys keys;

    Credentials(Keys keys) {
        this.keys = keys;
    }

    /** @throws ProblemException 401, or 400 for two credentials */
    Caller caller(HttpServletRequest request) {
        refuseKeyInUrl(request);
        List<String> values = Collections.list(request.getHeaders("Authorization"));
        if (values.isEmpty()) {
            throw refused(ProblemCode.MISSING_KEY, "send 'Authorization: Bearer <key>'");
        }
        if (values.size() > 1) {
            throw Problem.of(ProblemCode.INVALID_REQUEST, "send one Authorization header")
                    .asException();
        }
        String value = values.get(0).strip();
        if (!value.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            throw refused(ProblemCode.MALFORMED_KEY, "the scheme must be Bearer");
        }
        String key = value.substring(BEARER.length()).strip();
        if (!ApiKey.isWellFormed(key)) {
            throw refused(
                    ProblemCode.MALFORMED_KEY,
                    "a key has 32 characters: sml_ or smt_, 22 random ones and a checksum of 6; check for typing errors");
        }
        return keys.caller(key)
                .orElseThrow(() -> refused(ProblemCode.UNKNOWN_KEY, "this engine does not know the key"));
    }

    private static void refuseKeyInUrl(HttpServletRequest request) {
        if (request.getQueryString() == null) {
            return;
        }
        request.getParameterMap().forEach((name, values) -> {
            boolean named = KEY_PARAMETERS.contains(name.toLowerCase(Locale.ROOT));
            if (named || Arrays.stream(values).anyMatch(ApiKey::isWellFormed)) {
                throw refused(
                        ProblemCode.KEY_IN_URL,
                        "send the key in the Authorization header only; URLs end in logs, so replace this key");
            }
        });
    }

    private static ProblemException refused(ProblemCode code, String detail) {
        return Problem.of(code, detail)
                .withHeader("WWW-Authenticate", "Bearer realm=\"smartmails\"")
                .asException();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Nobody sees a page of the console without a session or, for reading, an admin key in the Authorization header; nobody
 * changes anything without the session's CSRF token.
 */
final class ConsoleGuard implements HandlerInterceptor {
    static final String LOGIN = "/console/login";
    static final String ASSETS = "/console/assets/";
    static final String CSRF = "csrf";
    /** Request attribute with the public id of the key somebody logged in with. */
    static final String KEY_ID = "io.smartmails.hub.console.keyId";
    /** Sent by the script that refreshes a page. */
    static final String REFRESH = "X-Console-Refresh";

    private static final String BEARER = "Bearer ";
    private static final String POLICY =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private final AdminKeys keys;
    private final InstantSource clock;

    ConsoleGuard(AdminKeys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "same-origin");
        String path = request.getServletPath();
        if (path.startsWith(ASSETS)) {
            return true;
        }
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (path.equals(LOGIN)) {
            return true;
        }
        Optional<ConsoleSession> session = valid(request);
        if (session.isPresent()) {
            admit(request, session.get());
            return true;
        }
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (reads && authorization != null && authorization.startsWith(BEARER)) {
            request.setAttribute(KEY_ID, keys.authenticate(authorization.substring(BEARER.length())));
            return true;
        }
        if (!reads) {
            throw Problem.of(ProblemCode.MISSING_KEY, "You are not logged in (any more). Log in and try again.")
                    .asException();
        }
        response.setStatus(HttpStatus.SEE_OTHER.value());
        response.setHeader(
                HttpHeaders.LOCATION, LOGIN + "?to=" + URLEncoder.encode(wanted(request), StandardCharsets.UTF_8));
        return false;
    }

    private Optional<ConsoleSession> valid(HttpServletRequest request) {
        Instant now = clock.instant();
        Optional<ConsoleSession> session = ConsoleSession.of(request);
        if (session.isPresent()
                && (session.get().isIdle(now)
                        || !keys.isStillAdmin(session.get().keyId()))) {
            ConsoleSession.close(request);
            return Optional.empty();
        }
        if (request.getHeader(REFRESH) == null) {
            session.ifPresent(open -> open.use(now));
        }
        return session;
    }

    private static void admit(HttpServletRequest request, ConsoleSession session) {
        boolean changes =
                !request.getMethod().equals("GET") && !request.getMethod().equals("HEAD");
        if (changes && !ConsoleSession.same(session.csrf(), request.getParameter(CSRF))) {
            throw Problem.of(
                            ProblemCode.FORM_EXPIRED,
                            "The form is out of date or came from somewhere else. Go back, reload the page and try again.")
                    .asException();
        }
        request.setAttribute(KEY_ID, session.keyId());
        request.setAttribute(CSRF, session.csrf());
    }

    private static String wanted(HttpServletRequest request) {
        return request.getServletPath() + (request.getQueryString() == null ? "" : "?" + request.getQueryString());
    }
}

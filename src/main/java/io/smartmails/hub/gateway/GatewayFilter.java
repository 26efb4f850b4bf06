// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.id.Ids;
import io.smartmails.key.ApiKey;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * First in line for every request: gives it an id, and asks for a key where one is needed: {@code /v1/**} any key, within
 * its rate; {@code /admin/v1/**} and {@code /actuator/**} (health excepted) an admin key. Webhooks prove themselves to
 * {@link WebhookGate}, the console has its own session.
 */
public final class GatewayFilter extends HttpFilter {
    /** Request attribute that holds the request id. */
    public static final String REQUEST_ID = GatewayFilter.class.getName() + ".requestId";

    private static final Pattern REQUEST_ID_FORM = Pattern.compile("[\\x21-\\x7e]{1,64}");
    private static final int MAX_HEAD_CHARS = 16 * 1024;
    private static final String ADMIN_SCOPE = "keys:admin";
    private static final String BEARER = "bearer ";

    private final transient KeyRing keys;
    private final transient CallerThrottle throttle;
    private final transient Ids ids;

    GatewayFilter(KeyRing keys, CallerThrottle throttle, Ids ids) {
        this.keys = keys;
        this.throttle = throttle;
        this.ids = ids;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String sent = request.getHeader("X-Request-Id");
        String requestId = sent != null && REQUEST_ID_FORM.matcher(sent).matches() ? sent : ids.next("req");
        request.setAttribute(REQUEST_ID, requestId);
        response.setHeader("X-Request-Id", requestId);
        response.setHeader("X-Content-Type-Options", "nosniff");
        try {
            guard(request, response);
        } catch (ProblemException refused) {
            ProblemWriter.write(request, response, refused.problem());
            return;
        }
        chain.doFilter(request, response);
    }

    private void guard(HttpServletRequest request, HttpServletResponse response) {
        requireModestHead(request);
        String path = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
        if (isUnder(path, "/v1")) {
            Caller caller = callerOf(request);
            CallerThrottle.Grant grant = throttle.take(caller);
            response.setHeader("RateLimit-Policy", "\"minute\";q=" + grant.limit() + ";w=60");
            response.setHeader("RateLimit", "\"minute\";r=" + grant.remaining() + ";t=" + grant.resetSeconds());
            response.setHeader("X-RateLimit-Limit", Integer.toString(grant.limit()));
            response.setHeader("X-RateLimit-Remaining", Long.toString(grant.remaining()));
            response.setHeader("X-RateLimit-Reset", Long.toString(grant.resetSeconds()));
            request.setAttribute(Caller.ATTRIBUTE, caller);
        } else if (isUnder(path, "/admin") || (isUnder(path, "/actuator") && !isUnder(path, "/actuator/health"))) {
            Caller caller = callerOf(request);
            require(caller, ADMIN_SCOPE);
            request.setAttribute(Caller.ATTRIBUTE, caller);
        }
    }

    private static void requireModestHead(HttpServletRequest request) {
        int uriChars = request.getRequestURI().length()
                + (request.getQueryString() == null
                        ? 0
                        : request.getQueryString().length());
        if (uriChars > MAX_HEAD_CHARS) {
            throw Problem.of(ProblemCode.URI_TOO_LONG, "The address may have " + MAX_HEAD_CHARS + " characters at most")
                    .asException();
        }
        int headerChars = 0;
        for (String name : Collections.list(request.getHeaderNames())) {
            for (String value : Collections.list(request.getHeaders(name))) {
                headerChars += name.length() + value.length();
            }
        }
        if (headerChars > MAX_HEAD_CHARS) {
            throw Problem.of(
                            ProblemCode.HEADERS_TOO_LARGE,
                            "The header fields may have " + MAX_HEAD_CHARS + " characters together")
                    .asException();
        }
    }

    private static boolean isUnder(String path, String prefix) {
        return path.equals(prefix) || path.startsWith(prefix + "/");
    }

    /** @throws ProblemException 403 {@code missing_scope} that names the scope */
    public static void require(Caller caller, String scope) {
        if (!caller.may(scope)) {
            throw Problem.of(
                            ProblemCode.MISSING_SCOPE,
                            "Key " + caller.keyId() + " lacks the scope " + scope + "; use a key that has it")
                    .with("required_scope", scope)
                    .asException();
        }
    }

    private Caller callerOf(HttpServletRequest request) {
        if (request.getQueryString() != null
                && Arrays.stream(request.getQueryString().split("[&=]")).anyMatch(ApiKey::isWellFormed)) {
            throw Problem.of(
                            ProblemCode.KEY_IN_URL,
                            "Keys in URLs end up in logs: send it as 'Authorization: Bearer', and revoke this one")
                    .asException();
        }
        List<String> credentials = Collections.list(request.getHeaders("Authorization"));
        if (credentials.size() > 1) {
            throw Problem.of(ProblemCode.INVALID_REQUEST, "Send one Authorization header, not " + credentials.size())
                    .asException();
        }
        if (credentials.isEmpty() || !credentials.get(0).regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw Problem.of(ProblemCode.MISSING_KEY, "Send 'Authorization: Bearer <hub key>'")
                    .asException();
        }
        return keys.authenticate(credentials.get(0).substring(BEARER.length()).strip());
    }
}

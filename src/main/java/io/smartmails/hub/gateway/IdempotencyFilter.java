// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.hub.queue.Account;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * {@code Idempotency-Key} on every POST under {@code /v1} (contract 4.1), whoever answers it: the same key of the same
 * caller with the same path and body gets the stored answer for 24 hours.
 *
 * <p>Answers 5xx, 429 and 403 are not stored: they say nothing about the request itself. A call in the middle of which the
 * process dies blocks its key for {@link IdempotencyStore#LEASE} at most.
 */
final class IdempotencyFilter extends HttpFilter {
    /** Above every handler's own limit. */
    private static final int MAX_BODY_BYTES = 20 * 1024 * 1024;

    private static final Duration BODY_TIME = Duration.ofSeconds(30);
    private static final int MAX_KEY_CHARS = 255;

    private final transient Database database;
    private final transient IdempotencyStore store;
    private final transient Secrets secrets;
    private final transient Ids ids;

    IdempotencyFilter(Database database, IdempotencyStore store, Secrets secrets, Ids ids) {
        this.database = database;
        this.store = store;
        this.secrets = secrets;
        this.ids = ids;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        List<String> keys = Collections.list(request.getHeaders("Idempotency-Key"));
        if (keys.isEmpty()
                || !request.getMethod().equals("POST")
                || !(request.getAttribute(Caller.ATTRIBUTE) instanceof Caller caller)) {
            chain.doFilter(request, response);
            return;
        }
        try {
            once(checked(keys), caller, request, response, chain);
        } catch (ProblemException refused) {
            ProblemWriter.write(request, response, refused.problem());
        }
    }

    private static String checked(List<String> keys) {
        String key = keys.get(0);
        if (keys.size() > 1
                || key.isEmpty()
                || key.length() > MAX_KEY_CHARS
                || !key.chars().allMatch(c -> c >= ' ' && c < 127)) {
            throw Problem.of(
                            ProblemCode.INVALID_PARAMETER,
                            "Send one Idempotency-Key of 1 to " + MAX_KEY_CHARS + " ASCII characters")
                    .asException();
        }
        return key;
    }

    private void once(
            String key, Caller caller, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        byte[] body = BodyReader.readAsSent(request, MAX_BODY_BYTES, BODY_TIME);
        String path = request.getServletPath() + Objects.requireNonNullElse(request.getPathInfo(), "");
        String id = sha256(
                String.join("\n", Account.MAIN, caller.keyId(), path, key).getBytes(StandardCharsets.UTF_8));
        String token = ids.next("idm");
        IdempotencyStore.Row row = store.claim(id, fingerprint(request, body), token);
        if (!row.token().equals(token)) {
            replay(row, fingerprint(request, body), response);
            return;
        }
        var call = new IdempotentCall(store, secrets, id, token);
        call.attachTo(request);
        var answer = new ContentCachingResponseWrapper(response);
        boolean bound = false;
        try {
            chain.doFilter(new BufferedRequest(request, body), answer);
            bound = binds(answer.getStatus());
            if (bound && !call.isKept()) {
                database.write(tx -> {
                    call.keep(
                            tx,
                            answer.getStatus(),
                            answer.getContentType(),
                            answer.getHeader("Location"),
                            answer.getContentAsByteArray());
                    return null;
                });
            }
        } finally {
            if (!bound) {
                call.release();
            }
        }
        answer.copyBodyToResponse();
    }

    private static boolean binds(int status) {
        return status < 500 && status != 429 && status != 403;
    }

    private void replay(IdempotencyStore.Row row, String fingerprint, HttpServletResponse response) throws IOException {
        if (!row.fingerprint().equals(fingerprint)) {
            throw Problem.of(
                            ProblemCode.IDEMPOTENCY_MISMATCH,
                            "This Idempotency-Key came with another body before; use a new key for a new request")
                    .asException();
        }
        if (!row.isAnswered()) {
            throw IdempotentCall.inProgress();
        }
        byte[] body = secrets.unseal(row.body());
        response.setStatus(row.status());
        response.setHeader("Idempotency-Replayed", "true");
        if (row.contentType() != null) {
            response.setContentType(row.contentType());
        }
        if (row.location() != null) {
            response.setHeader("Location", row.location());
        }
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static String fingerprint(HttpServletRequest request, byte[] body) {
        String query = Objects.requireNonNullElse(request.getQueryString(), "");
        return sha256(query.getBytes(StandardCharsets.UTF_8), new byte[] {'\n'}, body);
    }

    private static String sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Tx;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/**
 * A POST under {@code /v1} that carries an {@code Idempotency-Key} and is the first of its key.
 *
 * <p>Handlers need not know of it: {@link IdempotencyFilter} keeps their answer once it is written. One whose work is a
 * commit of its own asks {@link #of} for it and calls {@link #keep} inside that commit; then work and answer are stored
 * together, and no crash lets a repeat do the work again.
 */
public final class IdempotentCall {
    private static final String ATTRIBUTE = IdempotentCall.class.getName();

    private final IdempotencyStore store;
    private final Secrets secrets;
    private final String id;
    private final String token;
    private boolean kept;

    IdempotentCall(IdempotencyStore store, Secrets secrets, String id, String token) {
        this.store = store;
        this.secrets = secrets;
        this.id = id;
        this.token = token;
    }

    /** Empty when the request carries no {@code Idempotency-Key}. */
    public static Optional<IdempotentCall> of(HttpServletRequest request) {
        return Optional.ofNullable((IdempotentCall) request.getAttribute(ATTRIBUTE));
    }

    void attachTo(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /**
     * Keeps the answer in the caller's commit.
     *
     * @param location of what was made; may be null
     * @throws io.smartmails.problem.ProblemException 409 {@code idempotency_in_progress} when this call took so long that a
     *     repeat was let in; then nothing of it may be stored
     */
    public void keep(Tx tx, int status, String contentType, String location, byte[] body) {
        if (!store.answer(
                tx, id, token, new IdempotencyStore.Answer(status, contentType, location, secrets.seal(body)))) {
            throw inProgress();
        }
        kept = true;
    }

    boolean isKept() {
        return kept;
    }

    void release() {
        store.release(id, token);
    }

    static RuntimeException inProgress() {
        return Problem.of(
                        ProblemCode.IDEMPOTENCY_IN_PROGRESS,
                        "The first call with this Idempotency-Key is still running; ask again in a second")
                .withHeader("Retry-After", "1")
                .asException();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.db.Database;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * {@code Idempotency-Key} on POST (contract 4.1): the same key, path and body get the stored reply for 24 hours.
 *
 * <p>The reply is stored after the work committed. A crash in between lets a repeat do the work again; the dedupe ids of
 * the items guard against that.
 */
final class Idempotency {
    static final Duration KEPT = Duration.ofHours(24);

    private final IdempotencyStore store;
    private final InstantSource clock;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    Idempotency(Database database, InstantSource clock) {
        this.store = new IdempotencyStore(database);
        this.clock = clock;
    }

    /** @param refusal makes the reply of a refusal, so that it can be stored as well */
    Reply once(Call call, String path, Supplier<Reply> work, Function<Problem, Reply> refusal) {
        String key = call.request().getHeader("Idempotency-Key");
        if (key == null || !call.request().getMethod().equals("POST")) {
            return work.get();
        }
        if (key.isEmpty() || key.length() > 255 || !key.chars().allMatch(c -> c > 31 && c < 127)) {
            throw Problem.of(ProblemCode.INVALID_PARAMETER, "Idempotency-Key must be 1 to 255 ASCII characters")
                    .asException();
        }
        String keyId = call.caller().keyId();
        String claim = keyId + "\n" + path + "\n" + key;
        if (!running.add(claim)) {
            throw Problem.of(ProblemCode.IDEMPOTENCY_IN_PROGRESS, "the first call with this key is still running")
                    .withHeader("Retry-After", "1")
                    .asException();
        }
        try {
            String hash = sha256(call.bytes());
            Optional<IdempotencyStore.Row> known = store.find(keyId, path, key, clock.millis() - KEPT.toMillis());
            if (known.isPresent()) {
                return replay(known.get(), hash);
            }
            Reply reply;
            try {
                reply = work.get();
            } catch (ProblemException e) {
                reply = refusal.apply(e.problem());
            }
            if (reply.status() < 500 && reply.status() != 429) {
                String body = new String(reply.body(), StandardCharsets.UTF_8);
                store.put(keyId, path, key, new IdempotencyStore.Row(hash, reply.status(), body), clock.millis());
            }
            return reply;
        } finally {
            running.remove(claim);
        }
    }

    private static Reply replay(IdempotencyStore.Row row, String hash) {
        if (!row.bodyHash().equals(hash)) {
            throw Problem.of(
                            ProblemCode.IDEMPOTENCY_MISMATCH,
                            "this Idempotency-Key came with another body before; use a new one")
                    .asException();
        }
        String type = row.status() < 400 ? "application/json" : Problem.MEDIA_TYPE;
        byte[] body = row.reply().getBytes(StandardCharsets.UTF_8);
        return new Reply(row.status(), body.length == 0 ? null : type, body, Map.of("Idempotency-Replayed", "true"));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

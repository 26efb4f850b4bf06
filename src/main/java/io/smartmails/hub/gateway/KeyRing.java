// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.key.ApiKey;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Proves keys.
 *
 * <p>What was proved is remembered as long as no key changed anywhere: a change raises the version in the database, which
 * is looked at before a remembered key is believed when the last look is 900 ms old. So a revocation works within a second
 * on every node, at once on the node that revokes, and costs one small read a second however many keys there are. Expiry is
 * checked after that, at every call.
 */
public final class KeyRing {
    private static final Duration LOOK_EVERY = Duration.ofMillis(900);
    private static final int REMEMBERED_KEYS = 100_000;
    private static final Duration REMEMBERED_UNUSED = Duration.ofMinutes(10);

    private final KeyStore store;
    private final Secrets secrets;
    private final InstantSource clock;
    private final Ticker ticker;
    private final Cache<String, Proved> proved = Caffeine.newBuilder()
            .expireAfterAccess(REMEMBERED_UNUSED)
            .maximumSize(REMEMBERED_KEYS)
            .build();

    private volatile long version = -1;
    private volatile long lookedAt;

    private record Proved(HubKey key, Caller caller, long version) {}

    KeyRing(KeyStore store, Secrets secrets, InstantSource clock, Ticker ticker) {
        this.store = store;
        this.secrets = secrets;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * Proves a key.
     *
     * @throws io.smartmails.problem.ProblemException 401 {@code malformed_key}, {@code unknown_key}, {@code expired_key} or
     *     {@code revoked_key}; the last two, as {@link RefusedKey}, only when the whole key matches, so nothing is told to
     *     somebody who guesses
     */
    public Caller authenticate(String rawKey) {
        if (!ApiKey.isWellFormed(rawKey)) {
            throw Problem.of(
                            ProblemCode.MALFORMED_KEY,
                            "A hub key has 32 characters and starts with sml_ or smt_; check it for typing errors")
                    .asException();
        }
        Proved found = find(secrets.hash(rawKey));
        if (found == null) {
            throw Problem.of(ProblemCode.UNKNOWN_KEY, "No such key; ask the hub's operator for one")
                    .asException();
        }
        HubKey key = found.key();
        return switch (key.status(clock.instant())) {
            case ACTIVE, EXPIRING -> found.caller();
            case EXPIRED ->
                throw refused(key, ProblemCode.EXPIRED_KEY, "expired; ask the hub's operator for a new one");
            case REVOKED ->
                throw refused(key, ProblemCode.REVOKED_KEY, "was revoked; ask the hub's operator for a new one");
            // The contract has no code of its own for this.
            case DISABLED ->
                throw refused(key, ProblemCode.REVOKED_KEY, "is switched off; ask the hub's operator to switch it on");
        };
    }

    private static RefusedKey refused(HubKey key, ProblemCode code, String why) {
        return new RefusedKey(key.id(), Problem.of(code, "This key " + why));
    }

    private Proved find(String hash) {
        long now = presentVersion();
        Proved remembered = proved.getIfPresent(hash);
        if (remembered != null && remembered.version() == now) {
            return remembered;
        }
        Proved found = store.findByHash(hash)
                .map(key -> new Proved(key, key.caller(), now))
                .orElse(null);
        if (found != null) {
            proved.put(hash, found);
        }
        return found;
    }

    private long presentVersion() {
        if (version < 0 || ticker.read() - lookedAt >= LOOK_EVERY.toNanos()) {
            synchronized (this) {
                long at = ticker.read();
                if (version < 0 || at - lookedAt >= LOOK_EVERY.toNanos()) {
                    version = Math.max(version, store.version());
                    lookedAt = at;
                }
            }
        }
        return version;
    }

    /** Keys changed here: from now on nothing older than this version is believed. */
    synchronized void changed(long newVersion) {
        version = Math.max(version, newVersion);
    }

    /** Whether a key that was proved before still works and has the scope. */
    public boolean stillMay(String id, String scope) {
        return store.find(id)
                .filter(key -> key.status(clock.instant()).works()
                        && key.terms().scopes().contains(scope))
                .isPresent();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smartmails.db.Database;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import io.smartmails.key.ApiKey;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The hub's keys: made, proved, revoked.
 *
 * <p>A proved key is remembered for a second, so that a revocation works within a second on every node; at the node that
 * revokes, at once.
 */
public final class KeyRing {
    private static final Duration REMEMBERED = Duration.ofSeconds(1);
    private static final int REMEMBERED_KEYS = 10_000;
    static final int DEFAULT_REQUESTS_PER_MINUTE = 60;

    private final KeyStore store;
    private final Database database;
    private final Secrets secrets;
    private final InstantSource clock;
    private final Ids ids;
    private final RandomGenerator random;
    private final Cache<String, HubKey> proved = Caffeine.newBuilder()
            .expireAfterWrite(REMEMBERED)
            .maximumSize(REMEMBERED_KEYS)
            .build();

    public KeyRing(Database database, Secrets secrets, InstantSource clock, Ids ids, RandomGenerator random) {
        this.store = new KeyStore(database);
        this.database = database;
        this.secrets = secrets;
        this.clock = clock;
        this.ids = ids;
        this.random = random;
    }

    /**
     * Proves a key.
     *
     * @throws io.smartmails.problem.ProblemException 401 {@code malformed_key}, {@code unknown_key} or {@code revoked_key};
     *     the last only when the whole key matches, so nothing is told to somebody who guesses
     */
    public Caller authenticate(String rawKey) {
        if (!ApiKey.isWellFormed(rawKey)) {
            throw Problem.of(
                            ProblemCode.MALFORMED_KEY,
                            "A hub key has 32 characters and starts with sml_ or smt_; check it for typing errors")
                    .asException();
        }
        HubKey key =
                proved.get(secrets.hash(rawKey), hash -> store.findByHash(hash).orElse(null));
        if (key == null) {
            throw Problem.of(ProblemCode.UNKNOWN_KEY, "No such key; ask the hub's operator for one")
                    .asException();
        }
        if (key.revokedAt() != null) {
            throw Problem.of(ProblemCode.REVOKED_KEY, "This key was revoked; ask the hub's operator for a new one")
                    .asException();
        }
        return new Caller(
                key.id(),
                key.name(),
                key.id(),
                key.scopes(),
                KeyLimits.perMinute(key.requestsPerMinute()),
                AddressRules.ANY,
                ApiKey.isTest(rawKey));
    }

    /** A new key, shown once. */
    record Created(HubKey key, String secret) {}

    Created create(String name, String preset, Set<String> scopes, int requestsPerMinute, String createdBy) {
        String secret = ApiKey.generate(ApiKey.LIVE, random);
        return new Created(store(secret, name, preset, scopes, requestsPerMinute, createdBy), secret);
    }

    private HubKey store(
            String secret, String name, String preset, Set<String> scopes, int requestsPerMinute, String createdBy) {
        var key = new HubKey(
                ids.next("key"),
                name,
                preset,
                scopes,
                requestsPerMinute,
                ApiKey.display(secret),
                clock.instant(),
                createdBy,
                null);
        database.write(tx -> {
            store.insert(tx, key, secrets.hash(secret));
            return null;
        });
        return key;
    }

    /**
     * Makes the first admin key if there is no key at all.
     *
     * @param wanted the key to use, of valid shape; otherwise one is made
     * @return the key, this once; empty when there are keys already
     */
    public Optional<String> firstAdminKey(Optional<String> wanted) {
        if (!store.list().isEmpty()) {
            return Optional.empty();
        }
        String secret = wanted.orElseGet(() -> ApiKey.generate(ApiKey.LIVE, random));
        store(
                secret,
                "first admin key",
                Preset.ADMIN.code(),
                Preset.ADMIN.scopes(),
                DEFAULT_REQUESTS_PER_MINUTE,
                "first-start");
        return Optional.of(secret);
    }

    List<HubKey> list() {
        return store.list();
    }

    Optional<HubKey> find(String id) {
        return store.find(id);
    }

    /** Whether a key that was proved before is still valid and has the scope. */
    public boolean stillMay(String id, String scope) {
        return store.find(id)
                .filter(key -> key.revokedAt() == null && key.scopes().contains(scope))
                .isPresent();
    }

    boolean revoke(String id) {
        boolean revoked = database.write(tx -> store.revoke(tx, id, clock.instant()));
        proved.invalidateAll();
        return revoked;
    }
}

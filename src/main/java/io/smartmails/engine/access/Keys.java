// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.access;

import io.smartmails.db.Database;
import io.smartmails.id.Ids;
import io.smartmails.key.ApiKey;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** The keys the engine knows, held in memory by their HMAC; the keys themselves are nowhere. */
public final class Keys {
    private final KeyStore store;
    private final Secrets.Signer pepper;
    private final Ids ids;
    private final InstantSource clock;
    private final Map<String, Map.Entry<String, Set<String>>> known;

    public Keys(Database database, Secrets secrets, Ids ids, InstantSource clock) {
        this.store = new KeyStore(database);
        this.pepper = secrets.signer("api-key");
        this.ids = ids;
        this.clock = clock;
        this.known = new ConcurrentHashMap<>(store.all());
    }

    /** @param key a well-formed key */
    public Optional<Caller> caller(String key) {
        return Optional.ofNullable(known.get(hash(key)))
                .map(entry -> new Caller(entry.getKey(), ApiKey.isTest(key), entry.getValue()));
    }

    /**
     * Makes sure that this key works, with every scope.
     *
     * @throws IllegalArgumentException when it has not the shape of a key
     */
    public void ensure(String key) {
        if (!ApiKey.isWellFormed(key)) {
            throw new IllegalArgumentException(
                    "engine.bootstrap-key is not an API key: it needs sml_ or smt_, 22 characters and a checksum of 6");
        }
        String hash = hash(key);
        if (!known.containsKey(hash)) {
            String id = ids.next("key");
            store.add(id, hash, ApiKey.display(key), Caller.ALL, clock.millis());
            known.put(hash, Map.entry(id, Set.of(Caller.ALL)));
        }
    }

    /** At the very first start: a new live key, to be shown once. */
    public Optional<String> first(RandomGenerator random) {
        if (!known.isEmpty()) {
            return Optional.empty();
        }
        String key = ApiKey.generate(ApiKey.LIVE, random);
        ensure(key);
        return Optional.of(key);
    }

    private String hash(String key) {
        return HexFormat.of().formatHex(pepper.sign(key));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.access;

import io.smartmails.db.Database;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Rows of {@code api_key}: hashes, never keys. */
final class KeyStore {
    private final Database database;

    KeyStore(Database database) {
        this.database = database;
    }

    /** Hash of the key to its id and scopes. */
    Map<String, Map.Entry<String, Set<String>>> all() {
        return database
                .read()
                .sql("SELECT hash, id, scopes FROM api_key")
                .query((row, i) -> Map.entry(
                        row.getString("hash"),
                        Map.entry(
                                row.getString("id"),
                                Set.of(row.getString("scopes").split(" ")))))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    void add(String id, String hash, String display, String scopes, long now) {
        database.write(tx -> tx.jdbc()
                .sql("INSERT INTO api_key (id, hash, display, scopes, created_at) VALUES (?, ?, ?, ?, ?)"
                        + " ON CONFLICT (hash) DO NOTHING")
                .params(id, hash, display, scopes, now)
                .update());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Rows of {@code bucket_snapshot}: what is left in the buckets of a single node, so that a restart forgives nothing. */
final class BucketStore {
    private final Database database;

    BucketStore(Database database) {
        this.database = database;
    }

    /** @param tokens what is left, by name of the window */
    record Snapshot(String id, Map<String, Long> tokens, Instant savedAt, Instant expiresAt) {}

    void save(Tx tx, List<Snapshot> snapshots, Instant now) {
        for (Snapshot snapshot : snapshots) {
            var tokens = new StringJoiner(" ");
            snapshot.tokens().forEach((window, left) -> tokens.add(window + "=" + left));
            tx.jdbc()
                    .sql(
                            "INSERT INTO bucket_snapshot (id, tokens, saved_at, expires_at) VALUES (:id, :tokens, :at, :end)"
                                    + " ON CONFLICT (id) DO UPDATE SET tokens = excluded.tokens, saved_at = excluded.saved_at,"
                                    + " expires_at = excluded.expires_at")
                    .param("id", snapshot.id())
                    .param("tokens", tokens.toString())
                    .param("at", snapshot.savedAt().toEpochMilli())
                    .param("end", snapshot.expiresAt().toEpochMilli())
                    .update();
        }
        tx.jdbc()
                .sql("DELETE FROM bucket_snapshot WHERE expires_at <= :now")
                .param("now", now.toEpochMilli())
                .update();
    }

    /** Those that are not full again by now. */
    Map<String, Snapshot> load(Instant now) {
        Map<String, Snapshot> found = new HashMap<>();
        database.read()
                .sql("SELECT id, tokens, saved_at, expires_at FROM bucket_snapshot WHERE expires_at > :now")
                .param("now", now.toEpochMilli())
                .query(rs -> {
                    Map<String, Long> tokens = new HashMap<>();
                    for (String pair : rs.getString("tokens").split(" ")) {
                        int equals = pair.indexOf('=');
                        tokens.put(pair.substring(0, equals), Long.parseLong(pair.substring(equals + 1)));
                    }
                    var snapshot = new Snapshot(
                            rs.getString("id"),
                            tokens,
                            Instant.ofEpochMilli(rs.getLong("saved_at")),
                            Instant.ofEpochMilli(rs.getLong("expires_at")));
                    found.put(snapshot.id(), snapshot);
                });
        return found;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.RowMapper;

/** Rows of {@code api_key}. */
final class KeyStore {
    private static final String COLUMNS =
            "id, name, preset, scopes, requests_per_minute, display, created_at, created_by, revoked_at";
    private static final RowMapper<HubKey> ROW = (rs, n) -> {
        long revoked = rs.getLong("revoked_at");
        return new HubKey(
                rs.getString("id"),
                rs.getString("name"),
                rs.getString("preset"),
                new LinkedHashSet<>(Arrays.asList(rs.getString("scopes").split(" "))),
                rs.getInt("requests_per_minute"),
                rs.getString("display"),
                Instant.ofEpochMilli(rs.getLong("created_at")),
                rs.getString("created_by"),
                revoked == 0 ? null : Instant.ofEpochMilli(revoked));
    };

    private final Database database;

    KeyStore(Database database) {
        this.database = database;
    }

    void insert(Tx tx, HubKey key, String hash) {
        tx.jdbc()
                .sql("INSERT INTO api_key (id, account, hash, name, preset, scopes, requests_per_minute, display,"
                        + " created_at, created_by) VALUES (:id, 'main', :hash, :name, :preset, :scopes, :rpm, :display,"
                        + " :at, :by)")
                .param("id", key.id())
                .param("hash", hash)
                .param("name", key.name())
                .param("preset", key.preset())
                .param("scopes", String.join(" ", key.scopes()))
                .param("rpm", key.requestsPerMinute())
                .param("display", key.display())
                .param("at", key.createdAt().toEpochMilli())
                .param("by", key.createdBy())
                .update();
    }

    Optional<HubKey> findByHash(String hash) {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM api_key WHERE hash = :hash")
                .param("hash", hash)
                .query(ROW)
                .optional();
    }

    Optional<HubKey> find(String id) {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM api_key WHERE id = :id")
                .param("id", id)
                .query(ROW)
                .optional();
    }

    List<HubKey> list() {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM api_key ORDER BY id")
                .query(ROW)
                .list();
    }

    boolean revoke(Tx tx, String id, Instant at) {
        return tx.jdbc()
                        .sql("UPDATE api_key SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")
                        .param("at", at.toEpochMilli())
                        .param("id", id)
                        .update()
                == 1;
    }
}

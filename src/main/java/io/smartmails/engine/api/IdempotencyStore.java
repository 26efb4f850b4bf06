// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.util.Optional;

/** Rows of {@code idempotency}: replies of POSTs that carried an {@code Idempotency-Key}. */
final class IdempotencyStore {
    record Row(String bodyHash, int status, String reply) {}

    private final Database database;

    IdempotencyStore(Database database) {
        this.database = database;
    }

    Optional<Row> find(String keyId, String path, String idempotencyKey, long oldest) {
        return database.read()
                .sql("SELECT body_hash, status, reply FROM idempotency"
                        + " WHERE key_id = ? AND path = ? AND idem_key = ? AND created_at >= ?")
                .params(keyId, path, idempotencyKey, oldest)
                .query((row, i) -> new Row(row.getString("body_hash"), row.getInt("status"), row.getString("reply")))
                .optional();
    }

    void put(String keyId, String path, String idempotencyKey, Row row, long now) {
        database.write(tx -> tx.jdbc()
                .sql("INSERT INTO idempotency (key_id, path, idem_key, body_hash, status, reply, created_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key_id, path, idem_key) DO UPDATE SET"
                        + " body_hash = excluded.body_hash, status = excluded.status, reply = excluded.reply,"
                        + " created_at = excluded.created_at")
                .params(keyId, path, idempotencyKey, row.bodyHash(), row.status(), row.reply(), now)
                .update());
    }

    static void forget(Tx tx, long oldest) {
        tx.jdbc()
                .sql("DELETE FROM idempotency WHERE created_at < ?")
                .param(oldest)
                .update();
    }
}

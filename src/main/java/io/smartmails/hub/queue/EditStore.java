// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.id.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Changes of dead letters by hand. What was there before is kept. */
public final class EditStore {
    /** @param original what the edit replaced */
    public record Edit(Instant at, String keyId, byte[] original) {}

    private final Database database;
    private final InstantSource clock;
    private final Ids ids;

    public EditStore(Database database, InstantSource clock, Ids ids) {
        this.database = database;
        this.clock = clock;
        this.ids = ids;
    }

    /** @return false when it is no dead envelope (any more) */
    public boolean envelope(Tx tx, String id, byte[] body, String keyId) {
        byte[] original = tx.jdbc()
                .sql("SELECT body FROM envelope WHERE id = :id AND state = 'dead'")
                .param("id", id)
                .query((rs, n) -> rs.getBytes("body"))
                .optional()
                .orElse(null);
        if (original == null) {
            return false;
        }
        keep(tx, id, original, keyId);
        tx.jdbc()
                .sql("UPDATE envelope SET body = :body WHERE id = :id")
                .param("body", body)
                .param("id", id)
                .update();
        return true;
    }

    /**
     * @param expiresAt new best-before; null = as it was
     * @return false when it is no dead send (any more)
     */
    public boolean send(Tx tx, String id, String payload, Instant expiresAt, String keyId) {
        String original = tx.jdbc()
                .sql("SELECT payload FROM item WHERE id = :id AND state = 'dead' AND kind = 'send'")
                .param("id", id)
                .query(String.class)
                .optional()
                .orElse(null);
        if (original == null) {
            return false;
        }
        keep(tx, id, original.getBytes(StandardCharsets.UTF_8), keyId);
        tx.jdbc()
                .sql("UPDATE item SET payload = :payload WHERE id = :id")
                .param("payload", payload)
                .param("id", id)
                .update();
        if (expiresAt != null) {
            tx.jdbc()
                    .sql("UPDATE item SET expires_at = :expires WHERE id = :id")
                    .param("expires", expiresAt.toEpochMilli())
                    .param("id", id)
                    .update();
        }
        return true;
    }

    /** Oldest first: the first one holds what came in. */
    public List<Edit> of(String id) {
        return database.read()
                .sql("SELECT at, key_id, original FROM edit WHERE row_id = :id ORDER BY id")
                .param("id", id)
                .query((rs, n) -> new Edit(
                        Instant.ofEpochMilli(rs.getLong("at")), rs.getString("key_id"), rs.getBytes("original")))
                .list();
    }

    private void keep(Tx tx, String id, byte[] original, String keyId) {
        tx.jdbc()
                .sql("INSERT INTO edit (id, account, row_id, at, key_id, original)"
                        + " VALUES (:id, :account, :row, :at, :key, :original)")
                .param("id", ids.next("edt"))
                .param("account", Account.MAIN)
                .param("row", id)
                .param("at", clock.millis())
                .param("key", keyId)
                .param("original", original)
                .update();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.time.InstantSource;
import java.util.Map;

/** Where each poll goes on. */
public final class CheckpointStore {
    private final Database database;
    private final InstantSource clock;

    public CheckpointStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Empty before the first page. */
    public Map<String, String> read(String connection, String poll) {
        return database.read()
                .sql(
                        "SELECT value FROM checkpoint WHERE account = :account AND connection = :connection AND poll = :poll")
                .param("account", Account.MAIN)
                .param("connection", connection)
                .param("poll", poll)
                .query(String.class)
                .optional()
                .map(Json::readStrings)
                .orElse(Map.of());
    }

    /** Joins the commit that stores the page, so that a crash repeats a page at most and never skips one. */
    public void save(Tx tx, String connection, String poll, Map<String, String> checkpoint) {
        tx.jdbc()
                .sql("INSERT INTO checkpoint (account, connection, poll, value, updated_at)"
                        + " VALUES (:account, :connection, :poll, :value, :now) ON CONFLICT (account, connection, poll)"
                        + " DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at")
                .param("account", Account.MAIN)
                .param("connection", connection)
                .param("poll", poll)
                .param("value", Json.write(checkpoint))
                .param("now", clock.millis())
                .update();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.RowMapper;

/** The dead rows of all three queue tables as one list. */
public final class DeadLetterStore {
    private static final String ALL = """
            SELECT id, 'translation' AS stage, id AS receipt, connection || ' ' || topic AS about, attempts, settled_at, cause
              FROM envelope WHERE state = 'dead'
            UNION ALL
            SELECT id, 'rule', envelope_id, rule, attempts, settled_at, cause FROM run WHERE state = 'dead'
            UNION ALL
            SELECT id, 'sending', envelope_id, kind, attempts, settled_at, cause FROM item WHERE state = 'dead'""";

    private static final RowMapper<DeadLetter> ROW = (rs, n) -> new DeadLetter(
            rs.getString("id"),
            rs.getString("stage"),
            rs.getString("receipt"),
            rs.getString("about"),
            rs.getInt("attempts"),
            Instant.ofEpochMilli(rs.getLong("settled_at")),
            rs.getString("cause"));

    private final Database database;
    private final InstantSource clock;

    public DeadLetterStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Newest first. */
    public List<DeadLetter> list(int limit) {
        return database.read()
                .sql("SELECT * FROM (" + ALL + ") d ORDER BY settled_at DESC, id DESC LIMIT :limit")
                .param("limit", limit)
                .query(ROW)
                .list();
    }

    public Optional<DeadLetter> find(String id) {
        return database.read()
                .sql("SELECT * FROM (" + ALL + ") d WHERE id = :id")
                .param("id", id)
                .query(ROW)
                .optional();
    }

    /** State of any row of the queue; empty when there is no such row. Tells "replayed already" from "never was". */
    public Optional<String> stateOf(String id) {
        return database.read()
                .sql("SELECT state FROM " + tableOf(id) + " WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .optional();
    }

    /**
     * Puts it back unchanged; it is tried at once. What was mailed already keeps its identity and is not mailed again.
     *
     * @return false when there is no such dead letter (any more)
     */
    public boolean replay(Tx tx, String id) {
        return RowStore.replay(tx, tableOf(id), id, clock.instant());
    }

    private static String tableOf(String id) {
        return id.startsWith("run_") ? "run" : id.startsWith("itm_") ? "item" : "envelope";
    }
}

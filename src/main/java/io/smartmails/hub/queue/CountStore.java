// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts rows by state, and by counters what retention removed; so the equations cannot drift from the truth. */
public final class CountStore {
    /** An envelope is dead or waiting while any part of it is; else delivered if any item was; else nothing was to be sent. */
    private static final String FATES = """
            SELECT CASE
                WHEN dead > 0 THEN 'dead'
                WHEN waiting > 0 THEN 'waiting'
                WHEN delivered > 0 THEN 'delivered'
                ELSE 'dropped' END AS state, COUNT(*) AS n
            FROM (
                SELECT id, SUM(dead) AS dead, SUM(waiting) AS waiting, SUM(delivered) AS delivered FROM (
                    SELECT id, CASE WHEN state = 'dead' THEN 1 ELSE 0 END AS dead,
                        CASE WHEN state = 'waiting' THEN 1 ELSE 0 END AS waiting, 0 AS delivered FROM envelope
                    UNION ALL
                    SELECT envelope_id, CASE WHEN state = 'dead' THEN 1 ELSE 0 END,
                        CASE WHEN state = 'waiting' THEN 1 ELSE 0 END, 0 FROM run WHERE state <> 'done'
                    UNION ALL
                    SELECT envelope_id, CASE WHEN state = 'dead' THEN 1 ELSE 0 END,
                        CASE WHEN state = 'waiting' THEN 1 ELSE 0 END,
                        CASE WHEN state = 'delivered' THEN 1 ELSE 0 END FROM item
                ) parts GROUP BY id
            ) fates GROUP BY 1""";

    private final Database database;

    public CountStore(Database database) {
        this.database = database;
    }

    public Counts counts() {
        Map<String, Map<String, Long>> items = new LinkedHashMap<>();
        for (String kind : List.of("send", "contact")) {
            items.put(
                    kind,
                    states(
                            "SELECT state, COUNT(*) AS n FROM item WHERE kind = '" + kind + "' GROUP BY state",
                            kind,
                            "delivered",
                            "dropped",
                            "dead",
                            "waiting"));
        }
        return new Counts(
                counter("duplicates"),
                counter("refused"),
                states(
                        "SELECT state, COUNT(*) AS n FROM envelope GROUP BY state",
                        "envelope",
                        "translated",
                        "no-event",
                        "dead",
                        "waiting"),
                states("SELECT state, COUNT(*) AS n FROM run GROUP BY state", "run", "done", "dead", "waiting"),
                items,
                states(FATES, "fate", "delivered", "dropped", "dead", "waiting"));
    }

    /** Rows and what retention removed, in one statement, so that a row on its way out is counted once. */
    private Map<String, Long> states(String sql, String removed, String... names) {
        String prefix = "removed." + removed + ".";
        Map<String, Long> found = new LinkedHashMap<>();
        database.read()
                .sql("SELECT state, SUM(n) AS n FROM (" + sql + " UNION ALL SELECT SUBSTR(name, "
                        + (prefix.length() + 1) + "), value FROM counter WHERE account = :account AND name LIKE '"
                        + prefix + "%') counted GROUP BY state")
                .param("account", Account.MAIN)
                .query(rs -> {
                    found.put(rs.getString("state"), rs.getLong("n"));
                });
        Map<String, Long> states = new LinkedHashMap<>();
        states.put(
                "accepted", found.values().stream().mapToLong(Long::longValue).sum());
        for (String name : names) {
            states.put(name.replace('-', '_'), found.getOrDefault(name, 0L));
        }
        return states;
    }

    private long counter(String name) {
        return database.read()
                .sql("SELECT value FROM counter WHERE account = :account AND name = :name")
                .param("account", Account.MAIN)
                .param("name", name)
                .query(Long.class)
                .optional()
                .orElse(0L);
    }
}

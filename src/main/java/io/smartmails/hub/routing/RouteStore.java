// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.db.Database;
import io.smartmails.hub.queue.Account;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** The last text of each route file that ran. */
final class RouteStore {
    private final Database database;
    private final InstantSource clock;

    RouteStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    record Deployed(String file, String rule, String text) {}

    List<Deployed> all() {
        return database.read()
                .sql("SELECT file, rule, text FROM deployed_route WHERE account = :account ORDER BY file")
                .param("account", Account.MAIN)
                .query((rs, n) -> new Deployed(rs.getString("file"), rs.getString("rule"), rs.getString("text")))
                .list();
    }

    /** @return when, for the status */
    Instant save(RouteFile file) {
        Instant now = clock.instant();
        database.write(tx -> tx.jdbc()
                .sql("INSERT INTO deployed_route (account, file, rule, text, loaded_at)"
                        + " VALUES (:account, :file, :rule, :text, :now) ON CONFLICT (account, file) DO UPDATE SET"
                        + " rule = excluded.rule, text = excluded.text, loaded_at = excluded.loaded_at")
                .param("account", Account.MAIN)
                .param("file", file.name())
                .param("rule", file.rule())
                .param("text", file.text())
                .param("now", now.toEpochMilli())
                .update());
        return now;
    }

    void forget(String file) {
        database.write(tx -> tx.jdbc()
                .sql("DELETE FROM deployed_route WHERE account = :account AND file = :file")
                .param("account", Account.MAIN)
                .param("file", file)
                .update());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import java.time.Instant;
import java.util.List;
import java.util.function.BiPredicate;

/** Rows of {@code request_log}. */
final class RequestLogStore {
    private final Database database;
    private final PaceStore pace;

    RequestLogStore(Database database) {
        this.database = database;
        this.pace = new PaceStore(database);
    }

    /** True when other processes may share the account: then the rows, not this process's memory, are the truth. */
    boolean isShared() {
        return !database.isSqlite();
    }

    PaceStore pace() {
        return pace;
    }

    List<LoggedRequest> since(Instant start) {
        return database.write(tx -> since(tx, start));
    }

    /** Starts a request if {@code allowed} says so of the rows and the pace as they are, with every other node kept out meanwhile. */
    boolean start(LoggedRequest request, Instant since, BiPredicate<List<LoggedRequest>, Pace> allowed) {
        return database.write(tx -> {
            if (isShared()) {
                tx.jdbc()
                        .sql("SELECT pg_advisory_xact_lock(hashtext('request_log ' || :account)) IS NULL")
                        .param("account", Account.MAIN)
                        .query(Boolean.class)
                        .single();
                if (!allowed.test(since(tx, since), PaceStore.load(tx))) {
                    return false;
                }
            }
            tx.jdbc()
                    .sql(
                            "INSERT INTO request_log (id, account, lane, started_at) VALUES (:id, :account, :lane, :started)")
                    .param("id", request.id())
                    .param("account", Account.MAIN)
                    .param("lane", request.lane().stored())
                    .param("started", request.startedAt().toEpochMilli())
                    .update();
            tx.jdbc()
                    .sql("DELETE FROM request_log WHERE account = :account AND started_at < :old")
                    .param("account", Account.MAIN)
                    .param("old", since.toEpochMilli())
                    .update();
            return true;
        });
    }

    /** Needs no waiting: until it is stored the request counts longer, never shorter. */
    void end(String id, Instant at) {
        database.writeAsync(tx -> tx.jdbc()
                .sql("UPDATE request_log SET ended_at = :at WHERE id = :id")
                .param("at", at.toEpochMilli())
                .param("id", id)
                .update());
    }

    void remove(String id) {
        database.writeAsync(tx -> tx.jdbc()
                .sql("DELETE FROM request_log WHERE id = :id")
                .param("id", id)
                .update());
    }

    private static List<LoggedRequest> since(Tx tx, Instant start) {
        return tx.jdbc()
                .sql("SELECT id, lane, started_at, ended_at FROM request_log"
                        + " WHERE account = :account AND started_at >= :start")
                .param("account", Account.MAIN)
                .param("start", start.toEpochMilli())
                .query((rs, n) -> {
                    long ended = rs.getLong("ended_at");
                    boolean open = rs.wasNull();
                    return new LoggedRequest(
                            rs.getString("id"),
                            Lane.read(rs.getString("lane")),
                            Instant.ofEpochMilli(rs.getLong("started_at")),
                            open ? null : Instant.ofEpochMilli(ended));
                })
                .list();
    }
}

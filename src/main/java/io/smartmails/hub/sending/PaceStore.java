// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import java.time.Duration;
import java.time.Instant;

/** The row of {@code request_pace}: what was learnt survives a restart and is shared by nodes. */
final class PaceStore {
    private final Database database;

    PaceStore(Database database) {
        this.database = database;
    }

    Pace load() {
        return database.write(PaceStore::load);
    }

    static Pace load(Tx tx) {
        return tx.jdbc()
                .sql(
                        "SELECT told_limit, account_limit, learnt_limit, stopped_until, raise_at, raise_after FROM request_pace"
                                + " WHERE account = :account")
                .param("account", Account.MAIN)
                .query((rs, n) -> new Pace(
                        rs.getInt("told_limit"),
                        rs.getInt("account_limit"),
                        rs.getInt("learnt_limit"),
                        Instant.ofEpochMilli(rs.getLong("stopped_until")),
                        Instant.ofEpochMilli(rs.getLong("raise_at")),
                        Duration.ofMillis(rs.getLong("raise_after"))))
                .optional()
                .orElse(Pace.UNKNOWN);
    }

    /** Needs no waiting: what a crash forgets is learnt again. */
    void save(Pace pace) {
        database.writeAsync(tx -> tx.jdbc()
                .sql(
                        "INSERT INTO request_pace (account, told_limit, account_limit, learnt_limit, stopped_until, raise_at,"
                                + " raise_after) VALUES (:account, :told, :allowed, :learnt, :stopped, :raise, :after)"
                                + " ON CONFLICT (account) DO UPDATE SET told_limit = excluded.told_limit,"
                                + " account_limit = excluded.account_limit, learnt_limit = excluded.learnt_limit,"
                                + " stopped_until = excluded.stopped_until, raise_at = excluded.raise_at,"
                                + " raise_after = excluded.raise_after")
                .param("account", Account.MAIN)
                .param("told", pace.told())
                .param("allowed", pace.account())
                .param("learnt", pace.learnt())
                .param("stopped", pace.stoppedUntil().toEpochMilli())
                .param("raise", pace.raiseAt().toEpochMilli())
                .param("after", pace.raiseAfter().toMillis())
                .update());
    }
}

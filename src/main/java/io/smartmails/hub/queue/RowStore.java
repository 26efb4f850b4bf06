// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.time.Duration;
import java.time.Instant;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** What the three queue tables have in common: claim, settle, fail, replay. Table names are constants of this package. */
final class RowStore {
    private RowStore() {}

    /** The caller adds the parameters of its condition, then reads the claimed rows. A claimed row has no cause, a parked one has. */
    static StatementSpec claim(
            Tx tx,
            Database database,
            String table,
            String condition,
            String columns,
            Instant now,
            Duration lease,
            int limit) {
        String lock = database.isSqlite() ? "" : " FOR UPDATE SKIP LOCKED";
        return tx.jdbc()
                .sql("UPDATE " + table
                        + " SET due_at = :until, attempts = attempts + 1, cause = NULL WHERE id IN (SELECT id FROM "
                        + table
                        + " WHERE " + condition + " AND due_at <= :now ORDER BY due_at LIMIT :limit" + lock
                        + ") RETURNING " + columns)
                .param("until", now.plus(lease).toEpochMilli())
                .param("now", now.toEpochMilli())
                .param("limit", limit);
    }

    static void settle(Tx tx, String table, String id, String state, Instant now) {
        tx.jdbc()
                .sql("UPDATE " + table + " SET state = :state, settled_at = :now, cause = NULL WHERE id = :id")
                .param("state", state)
                .param("now", now.toEpochMilli())
                .param("id", id)
                .update();
    }

    /** @return false when another holder of the lease was faster; then the caller's step must not be stored */
    static boolean settleWaiting(Tx tx, String table, String id, String state, Instant now) {
        return tx.jdbc()
                        .sql(
                                "UPDATE " + table
                                        + " SET state = :state, settled_at = :now, cause = NULL WHERE id = :id AND state = 'waiting'")
                        .param("state", state)
                        .param("now", now.toEpochMilli())
                        .param("id", id)
                        .update()
                == 1;
    }

    static void fail(Tx tx, String table, String id, RetryPolicy.Verdict verdict, Instant now) {
        if (verdict instanceof RetryPolicy.RetryAt retry) {
            tx.jdbc()
                    .sql("UPDATE " + table + " SET due_at = :due, cause = :cause WHERE id = :id AND state = 'waiting'")
                    .param("due", retry.at().toEpochMilli())
                    .param("cause", retry.cause())
                    .param("id", id)
                    .update();
        } else if (verdict instanceof RetryPolicy.Dead dead) {
            tx.jdbc()
                    .sql(
                            "UPDATE " + table
                                    + " SET state = 'dead', settled_at = :now, cause = :cause, code = :code WHERE id = :id AND state = 'waiting'")
                    .param("now", now.toEpochMilli())
                    .param("cause", dead.cause())
                    .param("code", DeadReason.of(table, dead.cause()))
                    .param("id", id)
                    .update();
        }
    }

    /** What makes a row new work whose retry horizon starts at {@code :now}. */
    static final String FRESH = "state = 'waiting', due_at = :now, attempts = 0, settled_at = NULL, cause = NULL,"
            + " code = NULL, replayed_at = :now";

    /** @return whether there was such a dead letter */
    static boolean replay(Tx tx, String table, String id, Instant now) {
        return tx.jdbc()
                        .sql("UPDATE " + table + " SET " + FRESH + " WHERE id = :id AND state = 'dead'")
                        .param("now", now.toEpochMilli())
                        .param("id", id)
                        .update()
                == 1;
    }

    /** Work a dead process had claimed is due at once. Only where no other process can hold a lease. */
    static void releaseLeases(Tx tx, String table, Instant now) {
        tx.jdbc()
                .sql(
                        "UPDATE " + table
                                + " SET due_at = :now WHERE state = 'waiting' AND due_at > :now AND attempts > 0 AND cause IS NULL")
                .param("now", now.toEpochMilli())
                .update();
    }
}

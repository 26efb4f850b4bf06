// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import io.smartmails.hub.queue.CounterStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.dao.DataAccessResourceFailureException;

/** Rows of {@code api_dedupe}: which {@code dedupe_id} was taken by what, for {@link #KEPT}. */
final class DedupeStore {
    /** Above every retry span of a caller; SmartMails itself keeps them for 30 days. */
    static final Duration KEPT = Duration.ofDays(14);

    private static final String TAKE = "INSERT INTO api_dedupe (account, kind, dedupe_id, holder, taken_at)"
            + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (account, kind, dedupe_id) DO UPDATE SET holder = excluded.holder,"
            + " taken_at = excluded.taken_at WHERE api_dedupe.taken_at < ?";
    private static final String HOLDER =
            "SELECT holder FROM api_dedupe WHERE account = ? AND kind = ? AND dedupe_id = ?";

    private final Database database;
    private final InstantSource clock;

    DedupeStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Takes a dedupe id; a repeat is counted.
     *
     * @param kind space it is unique in, for example {@code message-live}
     * @param dedupeId null takes nothing
     * @return {@code id} when it was free, else the id of the first that has it
     */
    String take(Tx tx, String kind, String dedupeId, String id) {
        if (dedupeId == null) {
            return id;
        }
        try {
            long now = clock.millis();
            PreparedStatement take = tx.prepared(TAKE);
            take.setString(1, Account.MAIN);
            take.setString(2, kind);
            take.setString(3, dedupeId);
            take.setString(4, id);
            take.setLong(5, now);
            take.setLong(6, now - KEPT.toMillis());
            if (take.executeUpdate() == 1) {
                return id;
            }
            CounterStore.add(tx, "duplicates", 1);
            PreparedStatement holder = tx.prepared(HOLDER);
            holder.setString(1, Account.MAIN);
            holder.setString(2, kind);
            holder.setString(3, dedupeId);
            try (ResultSet rows = holder.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("cannot take a dedupe id", e);
        }
    }

    void forget() {
        database.write(tx -> tx.jdbc()
                .sql("DELETE FROM api_dedupe WHERE taken_at < :oldest")
                .param("oldest", clock.millis() - KEPT.toMillis())
                .update());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.RowMapper;

/** Rows of {@code security_alert}. */
final class AlertStore {
    private static final String COLUMNS =
            "id, type, subject, state, level, times, detail, first_at, last_at, note, changed_at, changed_by";
    private static final RowMapper<Alert> ROW = (rs, n) -> {
        long changed = rs.getLong("changed_at");
        return new Alert(
                rs.getString("id"),
                AlertType.of(rs.getString("type")).orElseThrow(),
                rs.getString("subject"),
                rs.getString("state"),
                rs.getInt("level"),
                rs.getLong("times"),
                Json.map(rs.getString("detail")),
                Instant.ofEpochMilli(rs.getLong("first_at")),
                Instant.ofEpochMilli(rs.getLong("last_at")),
                rs.getString("note"),
                changed == 0 ? null : Instant.ofEpochMilli(changed),
                rs.getString("changed_by"));
    };

    private final Database database;

    AlertStore(Database database) {
        this.database = database;
    }

    long unresolved(Tx tx, AlertType type) {
        return tx.jdbc()
                .sql("SELECT COUNT(*) FROM security_alert WHERE account = :account AND type = :type"
                        + " AND state <> 'resolved'")
                .param("account", Account.MAIN)
                .param("type", type.code())
                .query(Long.class)
                .single();
    }

    boolean isUnresolved(Tx tx, AlertType type, String subject) {
        return tx.jdbc()
                .sql("SELECT id FROM security_alert WHERE account = :account AND type = :type AND subject = :subject"
                        + " AND state <> 'resolved'")
                .param("account", Account.MAIN)
                .param("type", type.code())
                .param("subject", subject)
                .query(String.class)
                .optional()
                .isPresent();
    }

    /** Opens an alert, or adds to the one that is not resolved. */
    Alert raise(Tx tx, String id, Cause cause, String subject, Instant now) {
        return tx.jdbc()
                .sql("INSERT INTO security_alert (id, account, type, subject, state, level, told_level, times, detail,"
                        + " first_at, last_at) VALUES (:id, :account, :type, :subject, 'open', :level, 0, :times, :detail,"
                        + " :now, :now) ON CONFLICT (account, type, subject) WHERE state <> 'resolved' DO UPDATE SET"
                        + " times = security_alert.times + excluded.times, detail = excluded.detail,"
                        + " last_at = excluded.last_at,"
                        + " state = CASE WHEN excluded.level > security_alert.level THEN 'open'"
                        + " ELSE security_alert.state END,"
                        + " level = CASE WHEN excluded.level > security_alert.level THEN excluded.level"
                        + " ELSE security_alert.level END RETURNING " + COLUMNS)
                .param("id", id)
                .param("account", Account.MAIN)
                .param("type", cause.type().code())
                .param("subject", subject)
                .param("level", cause.level())
                .param("times", cause.times())
                .param("detail", Json.write(cause.detail()))
                .param("now", now.toEpochMilli())
                .query(ROW)
                .single();
    }

    /** @return whether people are still to be told of this level; true once */
    boolean tell(Tx tx, Alert alert) {
        return tx.jdbc()
                        .sql("UPDATE security_alert SET told_level = :level WHERE id = :id AND told_level < :level")
                        .param("level", alert.level())
                        .param("id", alert.id())
                        .update()
                == 1;
    }

    Optional<Alert> find(String id) {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM security_alert WHERE account = :account AND id = :id")
                .param("account", Account.MAIN)
                .param("id", id)
                .query(ROW)
                .optional();
    }

    /** @return false when it was resolved meanwhile */
    boolean change(Tx tx, String id, String state, String note, String by, Instant now) {
        return tx.jdbc()
                        .sql(
                                "UPDATE security_alert SET state = :state, note = COALESCE(:note, note), changed_at = :now,"
                                        + " changed_by = :by WHERE id = :id AND state <> 'resolved'")
                        .param("state", state)
                        .param("note", note, Types.VARCHAR)
                        .param("now", now.toEpochMilli())
                        .param("by", by)
                        .param("id", id)
                        .update()
                == 1;
    }

    /** Ends the alert of a cause that went away by itself. */
    void clear(Tx tx, AlertType type, String subject, String note, Instant now) {
        tx.jdbc()
                .sql("UPDATE security_alert SET state = 'resolved', note = :note, changed_at = :now, changed_by = 'hub'"
                        + " WHERE account = :account AND type = :type AND subject = :subject AND state <> 'resolved'")
                .param("note", note)
                .param("now", now.toEpochMilli())
                .param("account", Account.MAIN)
                .param("type", type.code())
                .param("subject", subject)
                .update();
    }

    List<Alert> list(String state, int limit) {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM security_alert WHERE account = :account"
                        + (state == null ? "" : " AND state = :state") + " ORDER BY last_at DESC, id DESC LIMIT :limit")
                .param("account", Account.MAIN)
                .param("limit", limit)
                .params(state == null ? Map.of() : Map.of("state", state))
                .query(ROW)
                .list();
    }

    long unresolved() {
        return database.read()
                .sql("SELECT COUNT(*) FROM security_alert WHERE account = :account AND state <> 'resolved'")
                .param("account", Account.MAIN)
                .query(Long.class)
                .single();
    }
}

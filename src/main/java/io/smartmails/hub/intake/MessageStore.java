// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Rows of {@code message} and {@code message_label}. A message's status is that of its item, unless it was settled here. */
final class MessageStore {
    private static final String INSERT = "INSERT INTO message (id, account, mode, key_id, batch_id, dedupe_id, item_id,"
            + " template, outcome, outcome_at, send_at, created_at, updated_at, summary)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String LABEL =
            "INSERT INTO message_label (account, kind, value, message_id) VALUES (?, ?, ?, ?)"
                    + " ON CONFLICT DO NOTHING";

    /** Needs the parameters {@code now}, {@code account} and {@code mode}. */
    private static final String MESSAGES = """
            (SELECT m.id, m.account, m.mode, m.key_id, m.batch_id, m.dedupe_id, m.item_id, m.template, m.outcome, m.outcome_at,
                m.send_at, m.created_at, m.updated_at, m.summary, i.upstream_id, i.cause,
                CASE
                    WHEN m.outcome_at <= :now THEN m.outcome
                    WHEN m.outcome IS NOT NULL AND m.send_at > :now THEN 'scheduled'
                    WHEN m.outcome IS NOT NULL THEN 'sent'
                    WHEN i.state = 'delivered' THEN 'sent'
                    WHEN i.state = 'dead' THEN 'failed'
                    WHEN i.state = 'dropped' AND i.expires_at < i.settled_at THEN 'expired'
                    WHEN i.state = 'dropped' THEN 'dropped'
                    WHEN i.attempts > 0 AND i.cause IS NULL THEN 'processing'
                    WHEN i.attempts > 0 THEN 'deferred'
                    WHEN i.due_at > :now AND m.send_at > :now THEN 'scheduled'
                    ELSE 'queued' END AS status
            FROM message m JOIN item i ON i.id = m.item_id WHERE m.account = :account AND m.mode = :mode) AS messages""";

    private static final RowMapper<Message> ROW = (rs, n) -> new Message(
            rs.getString("id"),
            rs.getString("mode"),
            rs.getString("key_id"),
            rs.getString("batch_id"),
            rs.getString("dedupe_id"),
            rs.getString("item_id"),
            rs.getString("template"),
            rs.getString("outcome"),
            time(rs, "outcome_at"),
            time(rs, "send_at"),
            time(rs, "created_at"),
            time(rs, "updated_at"),
            JsonBody.stored(rs.getString("summary")),
            rs.getString("status"),
            rs.getString("upstream_id"),
            rs.getString("cause"));

    private final Database database;
    private final InstantSource clock;

    MessageStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    void insert(Tx tx, Message message) {
        run(
                tx,
                INSERT,
                message.id(),
                Account.MAIN,
                message.mode(),
                message.keyId(),
                message.batchId(),
                message.dedupeId(),
                message.itemId(),
                message.template(),
                message.outcome(),
                millis(message.outcomeAt()),
                millis(message.sendAt()),
                millis(message.createdAt()),
                millis(message.updatedAt()),
                message.summary().toString());
    }

    /** Makes a message findable. */
    void label(Tx tx, String messageId, String kind, String value) {
        run(tx, LABEL, Account.MAIN, kind, value, messageId);
    }

    Optional<Message> find(String id, String mode) {
        return find(database.read(), id, mode);
    }

    /** Sees what the open transaction did. */
    Optional<Message> find(Tx tx, String id, String mode) {
        return find(tx.jdbc(), id, mode);
    }

    private Optional<Message> find(JdbcClient db, String id, String mode) {
        return db.sql("SELECT * FROM " + MESSAGES + " WHERE id = :id")
                .param("now", clock.millis())
                .param("account", Account.MAIN)
                .param("mode", mode)
                .param("id", id)
                .query(ROW)
                .optional();
    }

    /** One page; a row more than asked for when there is a next one. */
    List<Message> list(MessageQuery query, String mode) {
        var sql =
                new StringBuilder("SELECT * FROM " + MESSAGES + " WHERE created_at > :after AND created_at < :before");
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("now", clock.millis());
        values.put("account", Account.MAIN);
        values.put("mode", mode);
        values.put("after", query.createdAfter().toEpochMilli());
        values.put("before", query.createdBefore().toEpochMilli());
        if (query.status() != null) {
            sql.append(" AND status = :status");
            values.put("status", query.status());
        }
        if (query.template() != null) {
            sql.append(" AND template = :template");
            values.put("template", query.template());
        }
        int n = 0;
        for (Map.Entry<String, String> label : query.labels().entrySet()) {
            sql.append(" AND id IN (SELECT message_id FROM message_label WHERE account = :account AND kind = :kind" + n
                    + " AND value = :value" + n + ")");
            values.put("kind" + n, label.getKey());
            values.put("value" + n++, label.getValue());
        }
        String order = query.descending() ? " DESC" : "";
        if (query.cursor() != null) {
            sql.append(" AND (created_at, id) ")
                    .append(query.descending() ? "<" : ">")
                    .append(" (:last_at, :last_id)");
            values.put("last_at", query.cursor().at());
            values.put("last_id", query.cursor().id());
        }
        sql.append(" ORDER BY created_at" + order + ", id" + order + " LIMIT :limit");
        values.put("limit", query.limit() + 1);
        return database.read().sql(sql.toString()).params(values).query(ROW).list();
    }

    /** How many of a batch have which status; empty when there is no such batch. */
    Map<String, Long> batch(String batchId, String mode) {
        Map<String, Long> counts = new LinkedHashMap<>();
        database.read()
                .sql("SELECT status, COUNT(*) AS n FROM " + MESSAGES
                        + " WHERE batch_id = :batch GROUP BY status ORDER BY status")
                .param("now", clock.millis())
                .param("account", Account.MAIN)
                .param("mode", mode)
                .param("batch", batchId)
                .query(rs -> {
                    counts.put(rs.getString("status"), rs.getLong("n"));
                });
        return counts;
    }

    /** Moves it; its status follows its item. */
    void reschedule(Tx tx, String id, Instant sendAt, Instant outcomeAt) {
        tx.jdbc()
                .sql("UPDATE message SET send_at = :at, outcome_at = :outcome, updated_at = :now WHERE id = :id")
                .param("at", sendAt.toEpochMilli())
                .param("outcome", millis(outcomeAt))
                .param("now", clock.millis())
                .param("id", id)
                .update();
    }

    void cancel(Tx tx, String id) {
        tx.jdbc()
                .sql("UPDATE message SET outcome = 'cancelled', outcome_at = :now, updated_at = :now WHERE id = :id")
                .param("now", clock.millis())
                .param("id", id)
                .update();
    }

    private static void run(Tx tx, String sql, Object... values) {
        try {
            PreparedStatement statement = tx.prepared(sql);
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("cannot store a message", e);
        }
    }

    private static Long millis(Instant time) {
        return time == null ? null : time.toEpochMilli();
    }

    private static Instant time(ResultSet rs, String column) throws SQLException {
        long millis = rs.getLong(column);
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.engine.input.Addresses;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.input.Times;
import io.smartmails.engine.page.Page;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.engine.page.PageStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Rows of {@code message}, {@code message_recipient}, {@code message_event} and {@code dedupe}. */
public final class MessageStore {
    private static final int IN_AT_MOST = 1000;
    private static final String INSERT = "INSERT INTO message (id, test, batch_id, dedupe_id, status, category,"
            + " template_id, priority, recipients, content, send_at, expires_at, due_at, attempts, created_at,"
            + " updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)";
    private static final String INSERT_RECIPIENT =
            "INSERT INTO message_recipient (email, message_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
    private static final String INSERT_EVENT =
            "INSERT INTO message_event (id, message_id, type, detail, at) VALUES (?, ?, ?, ?, ?)";
    private static final String CLAIM = "INSERT INTO dedupe (test, dedupe_id, message_id, created_at)"
            + " VALUES (?, ?, ?, ?) ON CONFLICT (test, dedupe_id) DO UPDATE SET message_id = excluded.message_id,"
            + " created_at = excluded.created_at WHERE dedupe.created_at < ?";

    private final Database database;

    public MessageStore(Database database) {
        this.database = database;
    }

    /** Takes the dedupe id for this message unless a message younger than {@code oldest} has it. */
    static boolean claim(Tx tx, boolean test, String dedupeId, String messageId, long now, long oldest) {
        return run(tx, CLAIM, test ? 1 : 0, dedupeId, messageId, now, oldest) > 0;
    }

    static String holder(Tx tx, boolean test, String dedupeId) {
        return tx.jdbc()
                .sql("SELECT message_id FROM dedupe WHERE test = ? AND dedupe_id = ?")
                .params(test ? 1 : 0, dedupeId)
                .query(String.class)
                .single();
    }

    /** Dedupe id to message id, of those that are taken. */
    Map<String, String> holders(boolean test, Collection<String> dedupeIds, long oldest) {
        Map<String, String> holders = new HashMap<>();
        List<String> all = List.copyOf(Set.copyOf(dedupeIds));
        for (int from = 0; from < all.size(); from += IN_AT_MOST) {
            database.read()
                    .sql("SELECT dedupe_id, message_id FROM dedupe WHERE test = :test AND dedupe_id IN (:ids)"
                            + " AND created_at >= :oldest")
                    .param("test", test ? 1 : 0)
                    .param("ids", all.subList(from, Math.min(all.size(), from + IN_AT_MOST)))
                    .param("oldest", oldest)
                    .query(row -> {
                        holders.put(row.getString("dedupe_id"), row.getString("message_id"));
                    });
        }
        return holders;
    }

    static void insert(Tx tx, Message message) {
        run(
                tx,
                INSERT,
                message.id(),
                message.test() ? 1 : 0,
                message.batchId(),
                message.dedupeId(),
                message.status(),
                message.category(),
                message.templateId(),
                message.priority(),
                Recipient.stored(message.recipients()),
                message.content().toString(),
                message.sendAt(),
                message.expiresAt(),
                message.dueAt(),
                message.createdAt(),
                message.updatedAt());
        for (Recipient recipient : message.recipients()) {
            run(tx, INSERT_RECIPIENT, recipient.key(), message.id());
        }
    }

    public static void event(Tx tx, String id, String messageId, String type, String detail, long at) {
        run(tx, INSERT_EVENT, id, messageId, type, detail, at);
    }

    public Optional<Message> find(String id) {
        return find(database.read(), id);
    }

    public static Optional<Message> find(JdbcClient db, String id) {
        return db.sql("SELECT * FROM message WHERE id = ?")
                .param(id)
                .query((row, i) -> row(row))
                .optional();
    }

    Page list(PageRequest request) {
        Map<String, String> filters = request.filters();
        String to = filters.get("to");
        return new PageStore(database.read(), "message", "id")
                .where("status = :status", "status", filters.get("status"))
                .where("category = :category", "category", filters.get("category"))
                .where("dedupe_id = :dedupe", "dedupe", filters.get("dedupe_id"))
                .where("template_id = :template", "template", filters.get("template_id"))
                .where("batch_id = :batch", "batch", filters.get("batch_id"))
                .where(
                        "id IN (SELECT message_id FROM message_recipient WHERE email = :to)",
                        "to",
                        to == null ? null : Addresses.key(to.strip()))
                .fetch(request, (row, i) -> row(row).view(false));
    }

    List<Map<String, Object>> events(String messageId) {
        return database.read()
                .sql("SELECT * FROM message_event WHERE message_id = ? ORDER BY id")
                .param(messageId)
                .query((row, i) -> {
                    var event = new LinkedHashMap<String, Object>();
                    event.put("id", row.getString("id"));
                    event.put("type", "message." + row.getString("type"));
                    event.put("at", Times.text(row.getLong("at")));
                    event.put("detail", row.getString("detail"));
                    return (Map<String, Object>) event;
                })
                .list();
    }

    Map<String, Long> batchCounts(String batchId) {
        var counts = new LinkedHashMap<String, Long>();
        database.read()
                .sql("SELECT status, COUNT(*) AS n FROM message WHERE batch_id = ? GROUP BY status ORDER BY status")
                .param(batchId)
                .query(row -> {
                    counts.put(row.getString("status"), row.getLong("n"));
                });
        return counts;
    }

    /** Ids of messages due now, most urgent first; those in hand are among them, so ask for more than are in hand. */
    public List<String> due(long now, int limit) {
        return database.read()
                .sql(
                        "SELECT id FROM message WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY priority, due_at LIMIT ?")
                .params(now, limit)
                .query(String.class)
                .list();
    }

    public Optional<Long> nextDue() {
        return database.read()
                .sql("SELECT due_at FROM message WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1")
                .query(Long.class)
                .optional();
    }

    public long waiting() {
        return database.read()
                .sql("SELECT COUNT(*) FROM message WHERE due_at IS NOT NULL")
                .query(Long.class)
                .single();
    }

    /** Writes the outcome of a try. */
    public static void settle(Tx tx, Message message) {
        tx.jdbc()
                .sql("UPDATE message SET status = ?, recipients = ?, content = ?, due_at = ?, attempts = ?,"
                        + " updated_at = ? WHERE id = ?")
                .params(
                        message.status(),
                        Recipient.stored(message.recipients()),
                        message.content().toString(),
                        message.dueAt(),
                        message.attempts(),
                        message.updatedAt(),
                        message.id())
                .update();
    }

    /** Changes the state of a message that still waits; false when it waits no more. */
    static boolean reschedule(Tx tx, String id, String status, Long sendAt, Long dueAt, long now) {
        return tx.jdbc()
                        .sql("UPDATE message SET status = ?, send_at = ?, due_at = ?, updated_at = ?"
                                + " WHERE id = ? AND due_at IS NOT NULL")
                        .params(status, sendAt, dueAt, now, id)
                        .update()
                > 0;
    }

    /** Messages accepted since a time: what this period has used. */
    long acceptedSince(long time) {
        return database.read()
                .sql("SELECT COUNT(*) FROM message WHERE created_at >= ?")
                .param(time)
                .query(Long.class)
                .single();
    }

    static void forgetDedupe(Tx tx, long oldest) {
        tx.jdbc().sql("DELETE FROM dedupe WHERE created_at < ?").param(oldest).update();
    }

    private static int run(Tx tx, String sql, Object... values) {
        try {
            PreparedStatement statement = tx.prepared(sql);
            for (int i = 0; i < values.length; i++) {
                Object value = values[i];
                if (value instanceof Long number) {
                    statement.setLong(i + 1, number);
                } else if (value instanceof Integer number) {
                    statement.setInt(i + 1, number);
                } else if (value == null) {
                    statement.setNull(i + 1, Types.NULL);
                } else {
                    statement.setString(i + 1, (String) value);
                }
            }
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("cannot write a message", e);
        }
    }

    private static Message row(ResultSet row) throws SQLException {
        return new Message(
                row.getString("id"),
                row.getInt("test") == 1,
                row.getString("batch_id"),
                row.getString("dedupe_id"),
                row.getString("status"),
                row.getString("category"),
                row.getString("template_id"),
                row.getInt("priority"),
                Recipient.read(row.getString("recipients")),
                Json.object(row.getString("content")),
                number(row, "send_at"),
                number(row, "expires_at"),
                number(row, "due_at"),
                row.getInt("attempts"),
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }

    private static Long number(ResultSet row, String name) throws SQLException {
        long value = row.getLong(name);
        return row.wasNull() ? null : value;
    }
}

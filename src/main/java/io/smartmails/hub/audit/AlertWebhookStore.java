// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.RowMapper;

/** Rows of {@code alert_webhook} and {@code alert_delivery}. */
final class AlertWebhookStore {
    private static final String COLUMNS = "id, url, secret, previous_secret, previous_until, enabled, disabled_reason,"
            + " failing_since, created_at, created_by";
    private static final RowMapper<AlertWebhook> ROW = (rs, n) -> new AlertWebhook(
            rs.getString("id"),
            rs.getString("url"),
            rs.getString("secret"),
            rs.getString("previous_secret"),
            instant(rs, "previous_until"),
            rs.getInt("enabled") == 1,
            rs.getString("disabled_reason"),
            instant(rs, "failing_since"),
            instant(rs, "created_at"),
            rs.getString("created_by"));
    private static final String DELIVERY = "id, webhook_id, event_id, body, state, due_at, attempts, created_at, cause";
    private static final RowMapper<AlertDelivery> DELIVERY_ROW = (rs, n) -> new AlertDelivery(
            rs.getString("id"),
            rs.getString("webhook_id"),
            rs.getString("event_id"),
            rs.getString("body"),
            rs.getString("state"),
            instant(rs, "due_at"),
            rs.getInt("attempts"),
            instant(rs, "created_at"),
            rs.getString("cause"));
    private static final int CAUSE_CHARS = 300;

    private final Database database;

    AlertWebhookStore(Database database) {
        this.database = database;
    }

    private static Instant instant(ResultSet rs, String column) throws SQLException {
        long millis = rs.getLong(column);
        return rs.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    List<AlertWebhook> list() {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM alert_webhook WHERE account = :account ORDER BY id")
                .param("account", Account.MAIN)
                .query(ROW)
                .list();
    }

    Optional<AlertWebhook> find(String id) {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM alert_webhook WHERE account = :account AND id = :id")
                .param("account", Account.MAIN)
                .param("id", id)
                .query(ROW)
                .optional();
    }

    List<String> enabledIds(Tx tx) {
        return tx.jdbc()
                .sql("SELECT id FROM alert_webhook WHERE account = :account AND enabled = 1 ORDER BY id")
                .param("account", Account.MAIN)
                .query(String.class)
                .list();
    }

    void insert(Tx tx, AlertWebhook webhook) {
        tx.jdbc()
                .sql(
                        "INSERT INTO alert_webhook (id, account, url, secret, enabled, created_at, created_by) VALUES (:id,"
                                + " :account, :url, :secret, 1, :at, :by)")
                .param("id", webhook.id())
                .param("account", Account.MAIN)
                .param("url", webhook.url())
                .param("secret", webhook.secret())
                .param("at", webhook.createdAt().toEpochMilli())
                .param("by", webhook.createdBy())
                .update();
    }

    boolean delete(Tx tx, String id) {
        tx.jdbc()
                .sql("DELETE FROM alert_delivery WHERE webhook_id = :id")
                .param("id", id)
                .update();
        return tx.jdbc()
                        .sql("DELETE FROM alert_webhook WHERE account = :account AND id = :id")
                        .param("account", Account.MAIN)
                        .param("id", id)
                        .update()
                == 1;
    }

    /** @param until how long the present secret stays valid beside the new one; null = not at all */
    void roll(Tx tx, String id, String secret, Instant until) {
        tx.jdbc()
                .sql("UPDATE alert_webhook SET previous_secret = CASE WHEN :keep = 1 THEN secret END,"
                        + " previous_until = :until, secret = :secret WHERE id = :id")
                .param("keep", until == null ? 0 : 1)
                .param("until", until == null ? null : until.toEpochMilli(), Types.BIGINT)
                .param("secret", secret)
                .param("id", id)
                .update();
    }

    void enable(Tx tx, String id) {
        tx.jdbc()
                .sql(
                        "UPDATE alert_webhook SET enabled = 1, disabled_reason = NULL, failing_since = NULL WHERE id = :id")
                .param("id", id)
                .update();
    }

    /** What waits for it is dropped. */
    void disable(Tx tx, String id, String reason, Instant now) {
        tx.jdbc()
                .sql("UPDATE alert_webhook SET enabled = 0, disabled_reason = :reason WHERE id = :id")
                .param("reason", reason)
                .param("id", id)
                .update();
        tx.jdbc()
                .sql("UPDATE alert_delivery SET state = 'dropped', settled_at = :now, cause = :reason"
                        + " WHERE webhook_id = :id AND state = 'waiting'")
                .param("now", now.toEpochMilli())
                .param("reason", reason)
                .param("id", id)
                .update();
    }

    /** @param since null = deliveries arrive again */
    void failing(Tx tx, String id, Instant since) {
        tx.jdbc()
                .sql("UPDATE alert_webhook SET failing_since = "
                        + (since == null ? "NULL" : "COALESCE(failing_since, :since)") + " WHERE id = :id")
                .params(since == null ? Map.of() : Map.of("since", since.toEpochMilli()))
                .param("id", id)
                .update();
    }

    /** Empty while deliveries arrive. */
    Optional<Instant> failingSince(Tx tx, String id) {
        return tx.jdbc()
                .sql("SELECT failing_since FROM alert_webhook WHERE id = :id AND failing_since IS NOT NULL")
                .param("id", id)
                .query(Long.class)
                .optional()
                .map(Instant::ofEpochMilli);
    }

    void addDelivery(Tx tx, String id, String webhookId, String eventId, String body, Instant now) {
        tx.jdbc()
                .sql("INSERT INTO alert_delivery (id, account, webhook_id, event_id, body, state, due_at, attempts,"
                        + " created_at) VALUES (:id, :account, :webhook, :event, :body, 'waiting', :now, 0, :now)")
                .param("id", id)
                .param("account", Account.MAIN)
                .param("webhook", webhookId)
                .param("event", eventId)
                .param("body", body)
                .param("now", now.toEpochMilli())
                .update();
    }

    /** Takes due deliveries for the lease; those of a process that died come back when it ends. */
    List<AlertDelivery> claim(Instant now, Duration lease, int most) {
        String lock = database.isSqlite() ? "" : " FOR UPDATE SKIP LOCKED";
        return database.write(tx -> tx.jdbc()
                .sql("UPDATE alert_delivery SET due_at = :until, attempts = attempts + 1 WHERE id IN (SELECT id FROM"
                        + " alert_delivery WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at LIMIT :most"
                        + lock
                        + ") RETURNING " + DELIVERY)
                .param("until", now.plus(lease).toEpochMilli())
                .param("now", now.toEpochMilli())
                .param("most", most)
                .query(DELIVERY_ROW)
                .list());
    }

    boolean hasDue(Instant now) {
        return database.read()
                .sql("SELECT id FROM alert_delivery WHERE state = 'waiting' AND due_at <= :now LIMIT 1")
                .param("now", now.toEpochMilli())
                .query(String.class)
                .optional()
                .isPresent();
    }

    /** @param state {@code delivered} or {@code dead} */
    void settle(Tx tx, String id, String state, String cause, Instant now) {
        tx.jdbc()
                .sql("UPDATE alert_delivery SET state = :state, settled_at = :now, cause = :cause"
                        + " WHERE id = :id AND state = 'waiting'")
                .param("state", state)
                .param("now", now.toEpochMilli())
                .param("cause", clipped(cause), Types.VARCHAR)
                .param("id", id)
                .update();
    }

    void retry(Tx tx, String id, Instant dueAt, String cause) {
        tx.jdbc()
                .sql("UPDATE alert_delivery SET due_at = :due, cause = :cause WHERE id = :id AND state = 'waiting'")
                .param("due", dueAt.toEpochMilli())
                .param("cause", clipped(cause))
                .param("id", id)
                .update();
    }

    /** Newest first. */
    List<AlertDelivery> deliveries(String webhookId, int limit) {
        return database.read()
                .sql("SELECT " + DELIVERY + " FROM alert_delivery WHERE account = :account AND webhook_id = :webhook"
                        + " ORDER BY created_at DESC, id DESC LIMIT :limit")
                .param("account", Account.MAIN)
                .param("webhook", webhookId)
                .param("limit", limit)
                .query(DELIVERY_ROW)
                .list();
    }

    private static String clipped(String cause) {
        return cause == null || cause.length() <= CAUSE_CHARS ? cause : cause.substring(0, CAUSE_CHARS);
    }
}

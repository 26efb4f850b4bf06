// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.RowMapper;

/** Rows of {@code audit_event} and {@code audit_head}. */
final class AuditStore {
    private static final String COLUMNS = "seq, id, at, actor_type, actor, address, action, target, before_json,"
            + " after_json, request_id, previous_hash, hash";
    private static final RowMapper<AuditEvent> ROW = (rs, n) -> new AuditEvent(
            rs.getLong("seq"),
            rs.getString("id"),
            Instant.ofEpochMilli(rs.getLong("at")),
            rs.getString("actor_type"),
            rs.getString("actor"),
            rs.getString("address"),
            rs.getString("action"),
            rs.getString("target"),
            rs.getString("before_json"),
            rs.getString("after_json"),
            rs.getString("request_id"),
            rs.getString("previous_hash"),
            rs.getString("hash"));
    /** Any number no other lock uses; spells "audit". */
    private static final long CHAIN_LOCK = 0x6175646974L;

    private static final List<String> SQLITE_GUARDS = List.of(
            "CREATE TRIGGER IF NOT EXISTS audit_event_unchanged BEFORE UPDATE ON audit_event"
                    + " BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END",
            "CREATE TRIGGER IF NOT EXISTS audit_event_kept BEFORE DELETE ON audit_event"
                    + " BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END");
    private static final List<String> POSTGRES_GUARDS = List.of(
            "CREATE OR REPLACE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS"
                    + " 'BEGIN RAISE EXCEPTION ''audit events are never changed or deleted''; END'",
            "CREATE OR REPLACE TRIGGER audit_event_kept BEFORE UPDATE OR DELETE ON audit_event"
                    + " FOR EACH ROW EXECUTE FUNCTION audit_event_refuse()",
            "CREATE OR REPLACE TRIGGER audit_event_not_emptied BEFORE TRUNCATE ON audit_event"
                    + " FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()");

    private final Database database;

    AuditStore(Database database) {
        this.database = database;
    }

    record Head(long seq, String hash, String seal) {}

    /** Sets the triggers that refuse changes; does nothing where they stand. */
    void guard() {
        database.write(tx -> {
            lock(tx);
            (database.isSqlite() ? SQLITE_GUARDS : POSTGRES_GUARDS)
                    .forEach(sql -> tx.jdbc().sql(sql).update());
            return null;
        });
    }

    /** The end of the chain; nobody else moves it before this commit is over. */
    Optional<Head> lockHead(Tx tx) {
        lock(tx);
        return tx.jdbc()
                .sql("SELECT seq, hash, seal FROM audit_head WHERE account = :account")
                .param("account", Account.MAIN)
                .query(Head.class)
                .optional();
    }

    private void lock(Tx tx) {
        if (!database.isSqlite()) {
            tx.jdbc()
                    .sql("SELECT pg_advisory_xact_lock(:lock)")
                    .param("lock", CHAIN_LOCK)
                    .query(rs -> {});
        }
    }

    void moveHead(Tx tx, Head head) {
        tx.jdbc()
                .sql("INSERT INTO audit_head (account, seq, hash, seal) VALUES (:account, :seq, :hash, :seal)"
                        + " ON CONFLICT (account) DO UPDATE SET seq = excluded.seq, hash = excluded.hash,"
                        + " seal = excluded.seal")
                .param("account", Account.MAIN)
                .param("seq", head.seq())
                .param("hash", head.hash())
                .param("seal", head.seal())
                .update();
    }

    void insert(Tx tx, AuditEvent event) {
        tx.jdbc()
                .sql("INSERT INTO audit_event (account, " + COLUMNS + ") VALUES (:account, :seq, :id, :at, :actorType,"
                        + " :actor, :address, :action, :target, :before, :after, :request, :previous, :hash)")
                .param("account", Account.MAIN)
                .param("seq", event.seq())
                .param("id", event.id())
                .param("at", event.at().toEpochMilli())
                .param("actorType", event.actorType())
                .param("actor", event.actor())
                .param("address", event.address())
                .param("action", event.action())
                .param("target", event.target())
                .param("before", event.before())
                .param("after", event.after())
                .param("request", event.requestId())
                .param("previous", event.previousHash())
                .param("hash", event.hash())
                .update();
    }

    long lastSeq(Tx tx) {
        return tx.jdbc()
                .sql("SELECT COALESCE(MAX(seq), 0) FROM audit_event WHERE account = :account")
                .param("account", Account.MAIN)
                .query(Long.class)
                .single();
    }

    Optional<Head> head() {
        return database.read()
                .sql("SELECT seq, hash, seal FROM audit_head WHERE account = :account")
                .param("account", Account.MAIN)
                .query(Head.class)
                .optional();
    }

    /** In order. */
    List<AuditEvent> after(long seq, int most) {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM audit_event WHERE account = :account AND seq > :seq ORDER BY seq"
                        + " LIMIT :most")
                .param("account", Account.MAIN)
                .param("seq", seq)
                .param("most", most)
                .query(ROW)
                .list();
    }

    /** Newest first, one more than asked for when there is more. */
    List<AuditEvent> find(AuditView.Query query) {
        List<String> conditions = new ArrayList<>(List.of("account = :account"));
        Map<String, Object> values = new LinkedHashMap<>(Map.of("account", Account.MAIN, "most", query.limit() + 1));
        condition(conditions, values, "actor = :actor", "actor", query.actor());
        condition(conditions, values, "target = :target", "target", query.target());
        if (query.action() != null && query.action().endsWith("*")) {
            String start = query.action().substring(0, query.action().length() - 1);
            condition(conditions, values, "substr(action, 1, " + start.length() + ") = :action", "action", start);
        } else {
            condition(conditions, values, "action = :action", "action", query.action());
        }
        condition(conditions, values, "at > :after", "after", millis(query.after()));
        condition(conditions, values, "at < :before", "before", millis(query.before()));
        condition(conditions, values, "seq < :below", "below", query.belowSeq());
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM audit_event WHERE " + String.join(" AND ", conditions)
                        + " ORDER BY seq DESC LIMIT :most")
                .params(values)
                .query(ROW)
                .list();
    }

    private static void condition(
            List<String> conditions, Map<String, Object> values, String sql, String name, Object value) {
        if (value != null) {
            conditions.add(sql);
            values.put(name, value);
        }
    }

    private static Long millis(Instant at) {
        return at == null ? null : at.toEpochMilli();
    }
}

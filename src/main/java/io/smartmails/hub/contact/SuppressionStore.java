// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Suppressions of one account, one per address and scope. Expired and removed ones are as if they were not there. */
final class SuppressionStore {
    private static final String ALIVE =
            "(dirty IS NULL OR dirty <> 'delete') AND (expires_at IS NULL OR expires_at > :now)";
    private static final RowMapper<Suppression> ROW = (rs, n) -> {
        long expires = rs.getLong("expires_at");
        Long expiresAt = rs.wasNull() ? null : expires;
        return new Suppression(
                rs.getString("email_key"),
                rs.getString("scope"),
                rs.getString("reason"),
                rs.getString("note"),
                expiresAt,
                rs.getLong("created_at"),
                rs.getLong("changed_at"));
    };

    private final Database database;
    private final String account;

    SuppressionStore(Database database, String account) {
        this.database = database;
        this.account = account;
    }

    Page list(Paging paging, long now, PageStore.View<Suppression> view) {
        return new PageStore(database.read(), "suppression", "email_key", "created_at")
                .where("account = :account", "account", account)
                .where(ALIVE, "now", now)
                .where("reason = :reason", "reason", paging.filter("reason"))
                .where("scope = :scope", "scope", paging.filter("scope"))
                .fetch(paging, ROW, view);
    }

    /** Widest scope first. */
    List<Suppression> of(String emailKey, long now) {
        return of(database.read(), emailKey, now);
    }

    List<Suppression> of(Tx tx, String emailKey, long now) {
        return of(tx.jdbc(), emailKey, now);
    }

    private List<Suppression> of(JdbcClient db, String emailKey, long now) {
        return emailKey == null
                ? List.of()
                : db.sql("SELECT * FROM suppression WHERE account = :account AND email_key = :email AND " + ALIVE
                                + " ORDER BY scope")
                        .param("account", account)
                        .param("email", emailKey)
                        .param("now", now)
                        .query(ROW)
                        .list();
    }

    /** @param dirty whether SmartMails has to be told */
    void put(Tx tx, Suppression suppression, boolean dirty) {
        tx.jdbc()
                .sql("INSERT INTO suppression (account, email_key, scope, reason, note, expires_at, created_at,"
                        + " changed_at, dirty) VALUES (:account, :email, :scope, :reason, :note, :expires, :created,"
                        + " :changed, :dirty) ON CONFLICT (account, email_key, scope) DO UPDATE SET"
                        + " reason = excluded.reason, note = excluded.note, expires_at = excluded.expires_at,"
                        + " changed_at = excluded.changed_at, dirty = excluded.dirty")
                .param("account", account)
                .param("email", suppression.email())
                .param("scope", suppression.scope())
                .param("reason", suppression.reason())
                .param("note", suppression.note())
                .param("expires", suppression.expiresAt())
                .param("created", suppression.createdAt())
                .param("changed", suppression.changedAt())
                .param("dirty", dirty ? ListStore.PUT : null)
                .update();
    }

    /** Gone here; SmartMails is told. */
    void remove(Tx tx, String emailKey, long now) {
        tx.jdbc()
                .sql("UPDATE suppression SET dirty = 'delete', changed_at = :now"
                        + " WHERE account = :account AND email_key = :email")
                .param("now", now)
                .param("account", account)
                .param("email", emailKey)
                .update();
    }

    void delete(Tx tx, String emailKey) {
        tx.jdbc()
                .sql("DELETE FROM suppression WHERE account = ? AND email_key = ?")
                .params(account, emailKey)
                .update();
    }

    /** SmartMails drops its own entry when somebody comes back, so it needs not be told. */
    void deleteOptOut(Tx tx, String emailKey) {
        tx.jdbc()
                .sql("DELETE FROM suppression WHERE account = ? AND email_key = ? AND reason = 'unsubscribe'")
                .params(account, emailKey)
                .update();
    }

    /** A person who changes the address keeps what was said about mail to them. */
    void copy(Tx tx, String from, String to, long now) {
        of(tx, from, now).stream()
                .filter(entry -> entry.reason().equals(Suppression.UNSUBSCRIBE)
                        || entry.reason().equals(Suppression.COMPLAINT))
                .forEach(entry -> put(tx, entry.of(to, now), true));
    }

    List<Suppression> dirtyPuts(int most) {
        return database.read()
                .sql("SELECT * FROM suppression WHERE account = ? AND dirty = 'put' ORDER BY changed_at LIMIT " + most)
                .param(account)
                .query(ROW)
                .list();
    }

    Optional<String> nextRemoved() {
        return database.read()
                .sql("SELECT email_key FROM suppression WHERE account = ? AND dirty = 'delete'"
                        + " ORDER BY changed_at LIMIT 1")
                .param(account)
                .query(String.class)
                .optional();
    }

    /** Clean, unless it changed again meanwhile. */
    void synced(Tx tx, Suppression suppression) {
        tx.jdbc()
                .sql("UPDATE suppression SET dirty = NULL WHERE account = ? AND email_key = ? AND scope = ?"
                        + " AND changed_at = ? AND dirty = 'put'")
                .params(account, suppression.email(), suppression.scope(), suppression.changedAt())
                .update();
    }

    void removed(Tx tx, String emailKey) {
        tx.jdbc()
                .sql("DELETE FROM suppression WHERE account = ? AND email_key = ? AND dirty = 'delete'")
                .params(account, emailKey)
                .update();
    }
}

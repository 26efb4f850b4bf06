// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.engine.page.Page;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.engine.page.PageStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Rows of {@code suppression}: one per address and scope. Expired ones are as if they were not there. */
final class SuppressionStore {
    private static final int IN_AT_MOST = 1000;

    private final Database database;

    SuppressionStore(Database database) {
        this.database = database;
    }

    Page list(PageRequest request, long now) {
        return new PageStore(database.read(), "suppression", "email")
                .where("reason = :reason", "reason", request.filters().get("reason"))
                .where("scope = :scope", "scope", request.filters().get("scope"))
                .where("(expires_at IS NULL OR expires_at > :now)", "now", now)
                .fetch(request, (row, i) -> row(row).view());
    }

    /** Widest scope first. */
    List<Suppression> of(String email, long now) {
        return ofAll(List.of(email), now).getOrDefault(email, List.of());
    }

    Map<String, List<Suppression>> ofAll(Collection<String> emails, long now) {
        List<Suppression> found = new ArrayList<>();
        List<String> all = List.copyOf(new HashSet<>(emails));
        for (int from = 0; from < all.size(); from += IN_AT_MOST) {
            found.addAll(database.read()
                    .sql("SELECT * FROM suppression WHERE email IN (:emails)"
                            + " AND (expires_at IS NULL OR expires_at > :now) ORDER BY scope")
                    .param("emails", all.subList(from, Math.min(all.size(), from + IN_AT_MOST)))
                    .param("now", now)
                    .query((row, i) -> row(row))
                    .list());
        }
        return found.stream().collect(Collectors.groupingBy(Suppression::email));
    }

    static void put(Tx tx, Suppression suppression) {
        tx.jdbc()
                .sql("INSERT INTO suppression (email, scope, reason, note, expires_at, created_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (email, scope) DO UPDATE SET"
                        + " reason = excluded.reason, note = excluded.note, expires_at = excluded.expires_at")
                .params(
                        suppression.email(),
                        suppression.scope(),
                        suppression.reason(),
                        suppression.note(),
                        suppression.expiresAt(),
                        suppression.createdAt())
                .update();
    }

    static int remove(Tx tx, String email) {
        return tx.jdbc()
                .sql("DELETE FROM suppression WHERE email = ?")
                .param(email)
                .update();
    }

    static void removeOptOut(Tx tx, String email) {
        tx.jdbc()
                .sql("DELETE FROM suppression WHERE email = ? AND reason = ?")
                .params(email, Suppression.UNSUBSCRIBE)
                .update();
    }

    /** A person who changes the address keeps what was said about mail to them. */
    static void copy(Tx tx, String from, String to) {
        tx.jdbc()
                .sql("INSERT INTO suppression (email, scope, reason, note, expires_at, created_at)"
                        + " SELECT :new, scope, reason, note, expires_at, created_at FROM suppression"
                        + " WHERE email = :old AND reason IN ('unsubscribe', 'complaint')"
                        + " ON CONFLICT (email, scope) DO NOTHING")
                .param("new", to)
                .param("old", from)
                .update();
    }

    private static Suppression row(ResultSet row) throws SQLException {
        long expires = row.getLong("expires_at");
        Long expiresAt = row.wasNull() ? null : expires;
        return new Suppression(
                row.getString("email"),
                row.getString("scope"),
                row.getString("reason"),
                row.getString("note"),
                expiresAt,
                row.getLong("created_at"));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.page.Page;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.engine.page.PageStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Rows of {@code contact}, {@code contact_external} and {@code list_member}. */
final class ContactStore {
    /** Parameters of one IN list; SQLite takes 32,766, PostgreSQL 65,535. */
    private static final int IN_AT_MOST = 1000;

    private final Database database;

    ContactStore(Database database) {
        this.database = database;
    }

    Page list(PageRequest request) {
        Map<String, String> filters = request.filters();
        String status = filters.get("status");
        boolean archived = "archived".equals(status);
        var page = new PageStore(database.read(), "contact", "id")
                .where("archived = :archived", "archived", archived ? 1 : 0)
                .where("status = :status", "status", archived ? null : status)
                .where(
                        "id IN (SELECT contact_id FROM list_member WHERE list_id = :list)",
                        "list",
                        filters.get("list_id"))
                .where("email LIKE :q", "q", filters.containsKey("q") ? "%" + filters.get("q") + "%" : null);
        String external = filters.get("external_id");
        if (external != null) {
            int colon = external.indexOf(':');
            page.where(
                            "id IN (SELECT contact_id FROM contact_external WHERE value = :value)",
                            "value",
                            external.substring(colon + 1))
                    .where(
                            "id IN (SELECT contact_id FROM contact_external WHERE namespace = :space)",
                            "space",
                            external.substring(0, Math.max(colon, 0)));
        }
        return page.fetch(request, (row, i) -> row(database.read(), row).view());
    }

    static Optional<Contact> byId(JdbcClient db, String id) {
        return db.sql("SELECT * FROM contact WHERE id = ?")
                .param(id)
                .query((row, i) -> row(db, row))
                .optional();
    }

    static Optional<Contact> byEmail(JdbcClient db, String email) {
        return db.sql("SELECT * FROM contact WHERE email = ?")
                .param(email)
                .query((row, i) -> row(db, row))
                .optional();
    }

    static Optional<Contact> byExternal(JdbcClient db, String namespace, String value) {
        return db.sql("SELECT contact_id FROM contact_external WHERE namespace = ? AND value = ?")
                .params(namespace, value)
                .query(String.class)
                .optional()
                .flatMap(id -> byId(db, id));
    }

    /** Those of the addresses that belong to a contact. */
    Map<String, Contact> byEmails(Collection<String> emails) {
        Map<String, Contact> found = new HashMap<>();
        List<String> all = List.copyOf(new HashSet<>(emails));
        for (int from = 0; from < all.size(); from += IN_AT_MOST) {
            database.read()
                    .sql("SELECT * FROM contact WHERE email IN (:emails)")
                    .param("emails", all.subList(from, Math.min(all.size(), from + IN_AT_MOST)))
                    .query((row, i) -> row(row, List.of()))
                    .list()
                    .forEach(contact -> found.put(contact.email(), contact));
        }
        return found;
    }

    static void insert(Tx tx, Contact contact) {
        tx.jdbc()
                .sql("INSERT INTO contact (id, email, status, archived, body, sources, created_at, updated_at)"
                        + " VALUES (?, ?, ?, 0, ?, ?, ?, ?)")
                .params(
                        contact.id(),
                        contact.email(),
                        contact.status(),
                        contact.body().toString(),
                        contact.sources().toString(),
                        contact.createdAt(),
                        contact.updatedAt())
                .update();
        putExternal(tx, contact);
        putLists(tx, List.of(), contact);
    }

    static void update(Tx tx, Contact before, Contact contact) {
        tx.jdbc()
                .sql("UPDATE contact SET email = ?, status = ?, archived = ?, body = ?, sources = ?, updated_at = ?"
                        + " WHERE id = ?")
                .params(
                        contact.email(),
                        contact.status(),
                        contact.archived() ? 1 : 0,
                        contact.body().toString(),
                        contact.sources().toString(),
                        contact.updatedAt(),
                        contact.id())
                .update();
        if (!contact.object("external_ids").equals(before.object("external_ids"))) {
            tx.jdbc()
                    .sql("DELETE FROM contact_external WHERE contact_id = ?")
                    .param(contact.id())
                    .update();
            putExternal(tx, contact);
        }
        if (!contact.lists().equals(before.lists())) {
            putLists(tx, before.lists(), contact);
        }
    }

    static void updateSources(Tx tx, Contact contact) {
        tx.jdbc()
                .sql("UPDATE contact SET sources = ? WHERE id = ?")
                .params(contact.sources().toString(), contact.id())
                .update();
    }

    static void setStatus(Tx tx, String email, String status, long now) {
        tx.jdbc()
                .sql(
                        "UPDATE contact SET status = :status, updated_at = :now WHERE email = :email AND status <> :status")
                .param("status", status)
                .param("now", now)
                .param("email", email)
                .update();
    }

    static void delete(Tx tx, String id) {
        tx.jdbc().sql("DELETE FROM contact WHERE id = ?").param(id).update();
    }

    private static void putExternal(Tx tx, Contact contact) {
        for (Map.Entry<String, JsonNode> entry : contact.object("external_ids").properties()) {
            tx.jdbc()
                    .sql("INSERT INTO contact_external (namespace, value, contact_id) VALUES (?, ?, ?)")
                    .params(entry.getKey(), entry.getValue().asString(), contact.id())
                    .update();
        }
    }

    private static void putLists(Tx tx, List<String> before, Contact contact) {
        var gone = new ArrayList<>(before);
        gone.removeAll(contact.lists());
        for (String list : gone) {
            removeMember(tx, list, contact.id());
        }
        for (String list : contact.lists()) {
            addMember(tx, list, contact.id(), contact.updatedAt());
        }
    }

    static boolean addMember(Tx tx, String listId, String contactId, long now) {
        return tx.jdbc()
                        .sql("INSERT INTO list_member (list_id, contact_id, added_at) VALUES (?, ?, ?)"
                                + " ON CONFLICT (list_id, contact_id) DO NOTHING")
                        .params(listId, contactId, now)
                        .update()
                > 0;
    }

    static boolean removeMember(Tx tx, String listId, String contactId) {
        return tx.jdbc()
                        .sql("DELETE FROM list_member WHERE list_id = ? AND contact_id = ?")
                        .params(listId, contactId)
                        .update()
                > 0;
    }

    private static Contact row(JdbcClient db, ResultSet row) throws SQLException {
        return row(
                row,
                db.sql("SELECT list_id FROM list_member WHERE contact_id = ? ORDER BY list_id")
                        .param(row.getString("id"))
                        .query(String.class)
                        .list());
    }

    private static Contact row(ResultSet row, List<String> lists) throws SQLException {
        return new Contact(
                row.getString("id"),
                row.getString("email"),
                row.getString("status"),
                row.getInt("archived") == 1,
                Json.object(row.getString("body")),
                Json.object(row.getString("sources")),
                lists,
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }
}

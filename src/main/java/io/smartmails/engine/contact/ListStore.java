// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.input.Times;
import io.smartmails.engine.page.Page;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.engine.page.PageStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/** Rows of {@code contact_list}. */
final class ListStore {
    /** @param body description, double_opt_in, sender_profile_id, confirm_template_id */
    record Row(String id, String name, ObjectNode body, long createdAt, long updatedAt) {
        Map<String, Object> view(long contactCount) {
            var view = new LinkedHashMap<String, Object>();
            view.put("id", id);
            view.put("name", name);
            view.put("description", body.get("description"));
            view.put("double_opt_in", body.path("double_opt_in").asBoolean(false));
            view.put("sender_profile_id", body.get("sender_profile_id"));
            view.put("confirm_template_id", body.get("confirm_template_id"));
            view.put("contact_count", contactCount);
            view.put("created_at", Times.text(createdAt));
            view.put("updated_at", Times.text(updatedAt));
            return view;
        }
    }

    private final Database database;

    ListStore(Database database) {
        this.database = database;
    }

    Page list(PageRequest request) {
        return new PageStore(database.read(), "contact_list", "id")
                .where("name = :name", "name", request.filters().get("name"))
                .fetch(request, (row, i) -> {
                    Row list = row(row);
                    return list.view(count(list.id()));
                });
    }

    Optional<Row> find(String id) {
        return database.read()
                .sql("SELECT * FROM contact_list WHERE id = ?")
                .param(id)
                .query((row, i) -> row(row))
                .optional();
    }

    long count(String id) {
        return database.read()
                .sql("SELECT COUNT(*) FROM list_member m JOIN contact c ON c.id = m.contact_id"
                        + " WHERE m.list_id = ? AND c.archived = 0")
                .param(id)
                .query(Long.class)
                .single();
    }

    /** The id of a list given by id or by name. */
    static Optional<String> resolve(JdbcClient db, String idOrName) {
        return db.sql("SELECT id FROM contact_list WHERE id = :key OR name = :key")
                .param("key", idOrName)
                .query(String.class)
                .optional();
    }

    static void insert(Tx tx, Row list) {
        tx.jdbc()
                .sql("INSERT INTO contact_list (id, name, body, created_at, updated_at) VALUES (?, ?, ?, ?, ?)")
                .params(list.id(), list.name(), list.body().toString(), list.createdAt(), list.updatedAt())
                .update();
    }

    static void update(Tx tx, Row list) {
        tx.jdbc()
                .sql("UPDATE contact_list SET name = ?, body = ?, updated_at = ? WHERE id = ?")
                .params(list.name(), list.body().toString(), list.updatedAt(), list.id())
                .update();
    }

    static void delete(Tx tx, String id) {
        tx.jdbc().sql("DELETE FROM contact_list WHERE id = ?").param(id).update();
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString("id"),
                row.getString("name"),
                Json.object(row.getString("body")),
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }
}

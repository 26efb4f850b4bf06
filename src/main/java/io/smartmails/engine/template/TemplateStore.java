// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.template;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.page.Page;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.engine.page.PageStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/** Rows of {@code template} and {@code template_version}. */
final class TemplateStore {
    /** @param publishedVersion null while never published */
    record Row(
            String id,
            String alias,
            String name,
            String kind,
            int draftVersion,
            Integer publishedVersion,
            long createdAt,
            long updatedAt) {}

    private final Database database;

    TemplateStore(Database database) {
        this.database = database;
    }

    Optional<Row> find(String idOrAlias) {
        return find(database.read(), idOrAlias);
    }

    static Optional<Row> find(JdbcClient db, String idOrAlias) {
        return db.sql("SELECT * FROM template WHERE id = :key OR alias = :key")
                .param("key", idOrAlias)
                .query((row, i) -> row(row))
                .optional();
    }

    Page list(PageRequest request, Function<Row, Map<String, Object>> view) {
        return new PageStore(database.read(), "template", "id").fetch(request, (row, i) -> view.apply(row(row)));
    }

    ObjectNode content(String id, int version) {
        return content(database.read(), id, version).orElseThrow();
    }

    Optional<ObjectNode> findContent(String id, int version) {
        return content(database.read(), id, version);
    }

    static Optional<ObjectNode> content(JdbcClient db, String id, int version) {
        return db.sql("SELECT content FROM template_version WHERE template_id = ? AND version = ?")
                .params(id, version)
                .query(String.class)
                .optional()
                .map(Json::object);
    }

    List<Map<String, Object>> versions(String id, BiFunction<Integer, Long, Map<String, Object>> view) {
        return database.read()
                .sql("SELECT version, created_at FROM template_version WHERE template_id = ? ORDER BY version DESC")
                .param(id)
                .query((row, i) -> view.apply(row.getInt("version"), row.getLong("created_at")))
                .list();
    }

    static void insert(Tx tx, Row row) {
        tx.jdbc()
                .sql("INSERT INTO template (id, alias, name, kind, draft_version, published_version, created_at,"
                        + " updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                .params(
                        row.id(),
                        row.alias(),
                        row.name(),
                        row.kind(),
                        row.draftVersion(),
                        row.publishedVersion(),
                        row.createdAt(),
                        row.updatedAt())
                .update();
    }

    static void update(Tx tx, Row row) {
        tx.jdbc()
                .sql("UPDATE template SET alias = ?, name = ?, kind = ?, draft_version = ?, published_version = ?,"
                        + " updated_at = ? WHERE id = ?")
                .params(
                        row.alias(),
                        row.name(),
                        row.kind(),
                        row.draftVersion(),
                        row.publishedVersion(),
                        row.updatedAt(),
                        row.id())
                .update();
    }

    static void insertVersion(Tx tx, String id, int version, ObjectNode content, long now) {
        tx.jdbc()
                .sql("INSERT INTO template_version (template_id, version, content, created_at) VALUES (?, ?, ?, ?)")
                .params(id, version, content.toString(), now)
                .update();
    }

    static void delete(Tx tx, String id) {
        tx.jdbc().sql("DELETE FROM template WHERE id = ?").param(id).update();
    }

    private static Row row(ResultSet row) throws SQLException {
        int published = row.getInt("published_version");
        Integer publishedVersion = row.wasNull() ? null : published;
        return new Row(
                row.getString("id"),
                row.getString("alias"),
                row.getString("name"),
                row.getString("kind"),
                row.getInt("draft_version"),
                publishedVersion,
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }
}

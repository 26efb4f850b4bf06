// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Lists of one account. A deleted one stays as a row without its name until SmartMails has deleted it too. */
final class ListStore {
    static final String PUT = "put";
    static final String DELETE = "delete";
    private static final String ALIVE = "(dirty IS NULL OR dirty <> 'delete')";
    static final RowMapper<Row> ROW = (rs, n) -> new Row(
            rs.getString("id"),
            rs.getString("name"),
            rs.getString("json"),
            rs.getLong("created_at"),
            rs.getLong("changed_at"),
            rs.getString("upstream_id"),
            rs.getString("dirty"));

    private final Database database;
    private final String account;

    ListStore(Database database, String account) {
        this.database = database;
        this.account = account;
    }

    /**
     * @param json the fields besides the name
     * @param createdAt epoch ms
     * @param changedAt epoch ms
     * @param upstreamId at SmartMails; null when not known there
     * @param dirty {@link #PUT}, {@link #DELETE} or null
     */
    record Row(String id, String name, String json, long createdAt, long changedAt, String upstreamId, String dirty) {}

    Page list(Paging paging, PageStore.View<Row> view) {
        return new PageStore(database.read(), "contact_list", "id", "changed_at")
                .where("account = :account AND " + ALIVE, "account", account)
                .where("name = :name", "name", paging.filter("name"))
                .fetch(paging, ROW, view);
    }

    Optional<Row> find(String id) {
        return one(database.read(), "id = :key", id);
    }

    Optional<Row> byName(Tx tx, String name) {
        return one(tx.jdbc(), "name = :key", name);
    }

    Optional<Row> find(Tx tx, String id) {
        return one(tx.jdbc(), "id = :key", id);
    }

    private Optional<Row> one(JdbcClient db, String condition, String key) {
        return db.sql("SELECT * FROM contact_list WHERE account = :account AND " + ALIVE + " AND " + condition)
                .param("account", account)
                .param("key", key)
                .query(ROW)
                .optional();
    }

    List<Row> all() {
        return database.read()
                .sql("SELECT * FROM contact_list WHERE account = ? AND " + ALIVE)
                .param(account)
                .query(ROW)
                .list();
    }

    /** Members that are not archived, by list. */
    Map<String, Long> counts(Collection<String> ids) {
        Map<String, Long> counts = new LinkedHashMap<>();
        if (!ids.isEmpty()) {
            database.read()
                    .sql("SELECT m.list_id, COUNT(*) AS n FROM contact_list_member m"
                            + " JOIN contact c ON c.id = m.contact_id"
                            + " WHERE m.list_id IN (:ids) AND c.status <> 'archived' GROUP BY m.list_id")
                    .param("ids", ids)
                    .query(rs -> {
                        counts.put(rs.getString("list_id"), rs.getLong("n"));
                    });
        }
        return counts;
    }

    int count() {
        return database.read()
                .sql("SELECT COUNT(*) FROM contact_list WHERE account = ?")
                .param(account)
                .query(Integer.class)
                .single();
    }

    void save(Tx tx, Row row) {
        tx.jdbc()
                .sql("INSERT INTO contact_list (id, account, name, json, created_at, changed_at, upstream_id, dirty)"
                        + " VALUES (:id, :account, :name, :json, :created, :changed, :upstream, :dirty)"
                        + " ON CONFLICT (id) DO UPDATE SET name = excluded.name, json = excluded.json,"
                        + " changed_at = excluded.changed_at, upstream_id = excluded.upstream_id,"
                        + " dirty = excluded.dirty")
                .param("id", row.id())
                .param("account", account)
                .param("name", row.name())
                .param("json", row.json())
                .param("created", row.createdAt())
                .param("changed", row.changedAt())
                .param("upstream", row.upstreamId())
                .param("dirty", row.dirty())
                .update();
    }

    void delete(Tx tx, String id) {
        tx.jdbc().sql("DELETE FROM contact_list WHERE id = ?").param(id).update();
    }

    void deleteMembers(Tx tx, String id) {
        tx.jdbc()
                .sql("DELETE FROM contact_list_member WHERE list_id = ?")
                .param(id)
                .update();
    }

    Optional<Row> nextDirty() {
        return database.read()
                .sql("SELECT * FROM contact_list WHERE account = ? AND dirty IS NOT NULL ORDER BY changed_at LIMIT 1")
                .param(account)
                .query(ROW)
                .optional();
    }

    /** Clean, unless it changed again meanwhile. */
    void synced(Tx tx, Row row, String upstreamId, boolean clean) {
        tx.jdbc()
                .sql("UPDATE contact_list SET upstream_id = :upstream,"
                        + " dirty = CASE WHEN changed_at = :changed THEN NULL ELSE dirty END WHERE id = :id")
                .param("upstream", upstreamId)
                .param("changed", clean ? row.changedAt() : Long.MIN_VALUE)
                .param("id", row.id())
                .update();
    }

    /** What SmartMails calls the list; the list need not be ours yet. */
    void learn(Tx tx, String name, String upstreamId) {
        tx.jdbc()
                .sql("UPDATE contact_list SET upstream_id = ? WHERE account = ? AND name = ? AND " + ALIVE)
                .params(upstreamId, account, name)
                .update();
    }

    void forgetUpstream(Tx tx) {
        tx.jdbc()
                .sql("UPDATE contact_list SET upstream_id = NULL WHERE account = ? AND " + ALIVE)
                .param(account)
                .update();
    }
}

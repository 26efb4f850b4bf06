// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.queue.Account;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Rows of one account's ledger, with what they are looked for by. */
final class ContactStore {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final String COLUMNS = "id, json, created_at, changed_at, status";
    static final RowMapper<Row> ROW = (rs, n) -> new Row(
            rs.getString("id"),
            person(rs.getString("json")),
            rs.getLong("created_at"),
            rs.getLong("changed_at"),
            rs.getString("status"));

    private final Database database;
    private final String account;

    ContactStore(Database database) {
        this(database, Account.MAIN);
    }

    ContactStore(Database database, String account) {
        this.database = database;
        this.account = account;
    }

    /**
     * @param createdAt epoch ms
     * @param changedAt epoch ms
     * @param status as applications see it; null in rows of before there was one
     */
    record Row(String id, Person person, long createdAt, long changedAt, String status) {}

    /** The person as one source knows it. */
    record SourceId(String contactId, String connection, String connector, String sourceId) {}

    private static Person person(String json) {
        try {
            return JSON.readValue(json, Person.class);
        } catch (JsonProcessingException e) {
            throw new PermanentFailure("a stored contact is not readable", e);
        }
    }

    private static String json(Person person) {
        try {
            return JSON.writeValueAsString(person);
        } catch (JsonProcessingException e) {
            throw new PermanentFailure("a contact cannot be stored as JSON", e);
        }
    }

    /**
     * What a record of a source means.
     *
     * @param saidAt version of its newest statement, epoch ms
     * @param emailKey address it says
     */
    record Link(String contactId, long saidAt, String emailKey) {}

    Optional<Link> link(Tx tx, String connection, String sourceId) {
        return tx.jdbc()
                .sql("SELECT contact_id, said_at, email_key FROM contact_source"
                        + " WHERE account = :account AND connection = :connection AND source_id = :source")
                .param("account", account)
                .param("connection", connection)
                .param("source", sourceId)
                .query((rs, n) ->
                        new Link(rs.getString("contact_id"), rs.getLong("said_at"), rs.getString("email_key")))
                .optional();
    }

    /** Address of a contact, as last said; outside any transaction. */
    Optional<String> emailOf(String id) {
        return database.read()
                .sql("SELECT email FROM contact WHERE account = :account AND id = :id")
                .param("account", account)
                .param("id", id)
                .query(String.class)
                .optional();
    }

    /** What is read to be merged must not be changed by another node before it is saved. */
    private String lock() {
        return database.isSqlite() ? "" : " FOR UPDATE";
    }

    Optional<Row> byId(Tx tx, String id) {
        return byId(tx.jdbc(), id, lock());
    }

    Optional<Row> byId(String id) {
        return byId(database.read(), id, "");
    }

    private Optional<Row> byId(JdbcClient db, String id, String lock) {
        return db.sql("SELECT " + COLUMNS + " FROM contact WHERE id = :id AND account = :account" + lock)
                .param("id", id)
                .param("account", account)
                .query(ROW)
                .optional();
    }

    Optional<Row> byEmail(Tx tx, String emailKey) {
        return byEmail(tx.jdbc(), emailKey, lock());
    }

    Optional<Row> byEmail(String emailKey) {
        return byEmail(database.read(), emailKey, "");
    }

    private Optional<Row> byEmail(JdbcClient db, String emailKey, String lock) {
        return db.sql("SELECT " + COLUMNS + " FROM contact WHERE account = :account AND email_key = :email" + lock)
                .param("account", account)
                .param("email", emailKey)
                .query(ROW)
                .optional();
    }

    Optional<Row> byExternal(Tx tx, String namespace, String value) {
        return externalOwner(tx.jdbc(), namespace, value).flatMap(id -> byId(tx, id));
    }

    Optional<Row> byExternal(String namespace, String value) {
        return externalOwner(database.read(), namespace, value).flatMap(this::byId);
    }

    private Optional<String> externalOwner(JdbcClient db, String namespace, String value) {
        return db.sql("SELECT contact_id FROM contact_source WHERE account = :account AND connector = :connector"
                        + " AND source_id = :source ORDER BY connection LIMIT 1")
                .param("account", account)
                .param("connector", namespace)
                .param("source", value)
                .query(String.class)
                .optional();
    }

    List<Row> byIds(Collection<String> ids) {
        return ids.isEmpty()
                ? List.of()
                : database.read()
                        .sql("SELECT " + COLUMNS + " FROM contact WHERE account = :account AND id IN (:ids)")
                        .param("account", account)
                        .param("ids", ids)
                        .query(ROW)
                        .list();
    }

    List<SourceId> sourcesOf(Collection<String> ids) {
        return sourcesOf(database.read(), ids);
    }

    static List<SourceId> sourcesOf(JdbcClient db, Collection<String> ids) {
        return ids.isEmpty()
                ? List.of()
                : db.sql("SELECT contact_id, connection, connector, source_id FROM contact_source"
                                + " WHERE contact_id IN (:ids)")
                        .param("ids", ids)
                        .query((rs, n) -> new SourceId(
                                rs.getString("contact_id"),
                                rs.getString("connection"),
                                rs.getString("connector"),
                                rs.getString("source_id")))
                        .list();
    }

    /** Rows of before they were indexed. */
    List<Row> unindexed(Tx tx, int most) {
        return tx.jdbc()
                .sql("SELECT " + COLUMNS + " FROM contact WHERE account = :account AND status IS NULL LIMIT " + most)
                .param("account", account)
                .query(ROW)
                .list();
    }

    /** @param before the person in the row so far; null for a new or not yet indexed one */
    void save(Tx tx, Row row, Person before) {
        Person person = row.person();
        tx.jdbc()
                .sql("INSERT INTO contact (id, account, email, email_key, json, status, created_at, changed_at)"
                        + " VALUES (:id, :account, :email, :key, :json, :status, :created, :at)"
                        + " ON CONFLICT (id) DO UPDATE SET"
                        + " email = excluded.email, email_key = excluded.email_key, json = excluded.json,"
                        + " status = excluded.status, changed_at = excluded.changed_at")
                .param("id", row.id())
                .param("account", account)
                .param("email", person.email())
                .param("key", person.emailKey())
                .param("json", json(person))
                .param("status", row.status())
                .param("created", row.createdAt())
                .param("at", row.changedAt())
                .update();
        index(tx, "contact_tag", "tag", row.id(), before == null ? null : before.tags(), person.tags());
        index(tx, "contact_list_member", "list_id", row.id(), before == null ? null : before.lists(), person.lists());
    }

    private static void index(
            Tx tx, String table, String column, String id, SortedSet<String> before, SortedSet<String> after) {
        if (after.equals(before) || before == null && after.isEmpty()) {
            return;
        }
        SortedSet<String> gone = new TreeSet<>(before == null ? new TreeSet<>() : before);
        gone.removeAll(after);
        gone.forEach(name -> tx.jdbc()
                .sql("DELETE FROM " + table + " WHERE " + column + " = ? AND contact_id = ?")
                .params(name, id)
                .update());
        after.forEach(name -> tx.jdbc()
                .sql("INSERT INTO " + table + " (" + column + ", contact_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .params(name, id)
                .update());
    }

    void saveStatus(Tx tx, String id, String status) {
        tx.jdbc()
                .sql("UPDATE contact SET status = ? WHERE id = ?")
                .params(status, id)
                .update();
    }

    void link(Tx tx, String connection, String connector, String sourceId, Link link) {
        tx.jdbc()
                .sql("INSERT INTO contact_source"
                        + " (account, connection, source_id, connector, contact_id, said_at, email_key)"
                        + " VALUES (:account, :connection, :source, :connector, :contact, :at, :email)"
                        + " ON CONFLICT (account, connection, source_id) DO UPDATE SET contact_id = excluded.contact_id,"
                        + " said_at = excluded.said_at, email_key = excluded.email_key")
                .param("account", account)
                .param("connection", connection)
                .param("source", sourceId)
                .param("connector", connector)
                .param("contact", link.contactId())
                .param("at", link.saidAt())
                .param("email", link.emailKey() == null ? "" : link.emailKey())
                .update();
    }

    /** The contact is not known by this id any more, by whomever it was said. */
    void unlink(Tx tx, String contactId, String namespace) {
        tx.jdbc()
                .sql("DELETE FROM contact_source WHERE contact_id = ? AND connector = ?")
                .params(contactId, namespace)
                .update();
    }

    /** Two rows turned out to be one person: everything that pointed to one points to the other. */
    void absorb(Tx tx, String goneId, String intoId) {
        for (String table : List.of("contact_source", "item")) {
            tx.jdbc()
                    .sql("UPDATE " + table + " SET contact_id = :into WHERE contact_id = :gone")
                    .param("into", intoId)
                    .param("gone", goneId)
                    .update();
        }
        for (String table : List.of("contact_tag", "contact_list_member")) {
            tx.jdbc()
                    .sql("DELETE FROM " + table + " WHERE contact_id = :gone")
                    .param("gone", goneId)
                    .update();
        }
        tx.jdbc()
                .sql("DELETE FROM contact WHERE id = :gone")
                .param("gone", goneId)
                .update();
    }

    Page list(Paging paging, PageStore.View<Row> view) {
        String external = paging.filter("external_id");
        int colon = external == null ? -1 : external.indexOf(':');
        String q = paging.filter("q");
        String status = paging.filter("status");
        return new PageStore(database.read(), "contact", "id", "changed_at")
                .where("account = :account", "account", account)
                .where("status = :status", "status", status)
                .where("status <> :archived", "archived", status == null ? "archived" : null)
                .where(
                        "id IN (SELECT contact_id FROM contact_list_member WHERE list_id = :list)",
                        "list",
                        paging.filter("list_id"))
                .where("id IN (SELECT contact_id FROM contact_tag WHERE tag = :tag)", "tag", paging.filter("tag"))
                .where("email_key LIKE :q ESCAPE '!'", "q", q == null ? null : "%" + escaped(q) + "%")
                .where(
                        "id IN (SELECT contact_id FROM contact_source WHERE account = :account AND source_id = :value"
                                + " AND connector = :space)",
                        "value",
                        external == null ? null : external.substring(colon + 1))
                .param("space", external == null ? "" : external.substring(0, Math.max(0, colon)))
                .fetch(paging, ROW, view);
    }

    private static String escaped(String text) {
        return text.toLowerCase(java.util.Locale.ROOT).replaceAll("([!%_])", "!$1");
    }
}

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
import org.springframework.jdbc.core.RowMapper;

/** Rows of the ledger. */
final class ContactStore {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final RowMapper<Row> ROW =
            (rs, n) -> new Row(rs.getString("id"), person(rs.getString("json")), rs.getLong("changed_at"));

    private final Database database;

    ContactStore(Database database) {
        this.database = database;
    }

    /** @param changedAt epoch ms */
    record Row(String id, Person person, long changedAt) {}

    /** The person as one source knows it. */
    record SourceId(String contactId, String connector, String sourceId) {}

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
                .param("account", Account.MAIN)
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
                .param("account", Account.MAIN)
                .param("id", id)
                .query(String.class)
                .optional();
    }

    /** What is read to be merged must not be changed by another node before it is saved. */
    private String lock() {
        return database.isSqlite() ? "" : " FOR UPDATE";
    }

    Optional<Row> byId(Tx tx, String id) {
        return tx.jdbc()
                .sql("SELECT id, json, changed_at FROM contact WHERE id = :id" + lock())
                .param("id", id)
                .query(ROW)
                .optional();
    }

    Optional<Row> byEmail(Tx tx, String emailKey) {
        return tx.jdbc()
                .sql("SELECT id, json, changed_at FROM contact WHERE account = :account AND email_key = :email"
                        + lock())
                .param("account", Account.MAIN)
                .param("email", emailKey)
                .query(ROW)
                .optional();
    }

    List<Row> byIds(Collection<String> ids) {
        return ids.isEmpty()
                ? List.of()
                : database.read()
                        .sql("SELECT id, json, changed_at FROM contact WHERE id IN (:ids)")
                        .param("ids", ids)
                        .query(ROW)
                        .list();
    }

    List<SourceId> sourcesOf(Collection<String> ids) {
        return ids.isEmpty()
                ? List.of()
                : database.read()
                        .sql("SELECT contact_id, connector, source_id FROM contact_source WHERE contact_id IN (:ids)")
                        .param("ids", ids)
                        .query((rs, n) -> new SourceId(
                                rs.getString("contact_id"), rs.getString("connector"), rs.getString("source_id")))
                        .list();
    }

    void save(Tx tx, Row row) {
        tx.jdbc()
                .sql("INSERT INTO contact (id, account, email, email_key, json, changed_at)"
                        + " VALUES (:id, :account, :email, :key, :json, :at) ON CONFLICT (id) DO UPDATE SET"
                        + " email = excluded.email, email_key = excluded.email_key, json = excluded.json,"
                        + " changed_at = excluded.changed_at")
                .param("id", row.id())
                .param("account", Account.MAIN)
                .param("email", row.person().email())
                .param("key", row.person().emailKey())
                .param("json", json(row.person()))
                .param("at", row.changedAt())
                .update();
    }

    void link(Tx tx, String connection, String connector, String sourceId, Link link) {
        tx.jdbc()
                .sql("INSERT INTO contact_source"
                        + " (account, connection, source_id, connector, contact_id, said_at, email_key)"
                        + " VALUES (:account, :connection, :source, :connector, :contact, :at, :email)"
                        + " ON CONFLICT (account, connection, source_id) DO UPDATE SET contact_id = excluded.contact_id,"
                        + " said_at = excluded.said_at, email_key = excluded.email_key")
                .param("account", Account.MAIN)
                .param("connection", connection)
                .param("source", sourceId)
                .param("connector", connector)
                .param("contact", link.contactId())
                .param("at", link.saidAt())
                .param("email", link.emailKey())
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
        tx.jdbc()
                .sql("DELETE FROM contact WHERE id = :gone")
                .param("gone", goneId)
                .update();
    }
}

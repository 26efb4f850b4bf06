// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.capture;

import io.smartmails.db.Database;
import java.util.List;

/** Rows of {@code inbox} and {@code inbox_recipient}. */
final class InboxStore {
    /** @param to envelope recipients */
    record Row(String id, byte[] raw, long at, List<String> to) {}

    private final Database database;

    InboxStore(Database database) {
        this.database = database;
    }

    /** Returns after the commit. */
    void add(Row mail, String messageId) {
        database.write(tx -> {
            tx.jdbc()
                    .sql("INSERT INTO inbox (id, message_id, raw, at) VALUES (?, ?, ?, ?)")
                    .params(mail.id(), messageId, mail.raw(), mail.at())
                    .update();
            for (String email : mail.to()) {
                tx.jdbc()
                        .sql("INSERT INTO inbox_recipient (email, inbox_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
                        .params(email, mail.id())
                        .update();
            }
            return null;
        });
    }

    /** Newest first. */
    List<Row> newest(String to, int limit) {
        String condition = to == null ? "" : " WHERE id IN (SELECT inbox_id FROM inbox_recipient WHERE email = :to)";
        var query = database.read()
                .sql("SELECT id, raw, at FROM inbox" + condition + " ORDER BY id DESC LIMIT :limit")
                .param("limit", limit);
        return (to == null ? query : query.param("to", to))
                .query((row, i) -> new Row(
                        row.getString("id"), row.getBytes("raw"), row.getLong("at"), recipients(row.getString("id"))))
                .list();
    }

    private List<String> recipients(String id) {
        return database.read()
                .sql("SELECT email FROM inbox_recipient WHERE inbox_id = ? ORDER BY email")
                .param(id)
                .query(String.class)
                .list();
    }

    long total() {
        return number("SELECT COUNT(*) FROM inbox");
    }

    /** Without mails that a crash inside the SMTP dialogue made come twice. */
    long distinctMessages() {
        return number("SELECT COUNT(DISTINCT message_id) FROM inbox");
    }

    private long number(String sql) {
        return database.read().sql(sql).query(Long.class).single();
    }
}

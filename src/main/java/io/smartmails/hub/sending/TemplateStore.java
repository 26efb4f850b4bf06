// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Database;
import io.smartmails.hub.queue.Account;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Rows of {@code template_published}: what SmartMails took last. */
final class TemplateStore {
    private final Database database;

    TemplateStore(Database database) {
        this.database = database;
    }

    /** Hash by alias. */
    Map<String, String> hashes() {
        Map<String, String> hashes = new HashMap<>();
        database.read()
                .sql("SELECT alias, hash FROM template_published WHERE account = :account")
                .param("account", Account.MAIN)
                .query(row -> {
                    hashes.put(row.getString("alias"), row.getString("hash"));
                });
        return hashes;
    }

    void save(String alias, String hash, Instant at) {
        database.write(tx -> tx.jdbc()
                .sql("INSERT INTO template_published (account, alias, hash, published_at)"
                        + " VALUES (:account, :alias, :hash, :at) ON CONFLICT (account, alias) DO UPDATE SET"
                        + " hash = excluded.hash, published_at = excluded.published_at")
                .param("account", Account.MAIN)
                .param("alias", alias)
                .param("hash", hash)
                .param("at", at.toEpochMilli())
                .update());
    }

    void forget(String alias) {
        database.write(tx -> tx.jdbc()
                .sql("DELETE FROM template_published WHERE account = :account AND alias = :alias")
                .param("account", Account.MAIN)
                .param("alias", alias)
                .update());
    }
}

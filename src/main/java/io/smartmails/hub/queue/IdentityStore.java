// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;

/** The send ledger, asked whether a business event has its mail. */
final class IdentityStore {
    private final Database database;

    IdentityStore(Database database) {
        this.database = database;
    }

    boolean isHeld(String identity) {
        return database.read()
                .sql("SELECT 1 FROM item WHERE account = :account AND identity = :identity")
                .param("account", Account.MAIN)
                .param("identity", identity)
                .query(Integer.class)
                .optional()
                .isPresent();
    }
}

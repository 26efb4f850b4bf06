// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;

/** How much waits, and how large the database is. Reads indexes alone. */
final class PressureStore {
    private final Database database;

    PressureStore(Database database) {
        this.database = database;
    }

    long waitingRows() {
        return database.read()
                .sql("SELECT (SELECT COUNT(*) FROM envelope WHERE state = 'waiting')"
                        + " + (SELECT COUNT(*) FROM run WHERE state = 'waiting')"
                        + " + (SELECT COUNT(*) FROM item WHERE state = 'waiting')")
                .query(Long.class)
                .single();
    }

    /** Pages that are used; what was deleted is free for new rows. */
    long dataBytes() {
        return database.read()
                .sql(
                        database.isSqlite()
                                ? "SELECT (p.page_count - f.freelist_count) * s.page_size FROM pragma_page_count p,"
                                        + " pragma_freelist_count f, pragma_page_size s"
                                : "SELECT pg_database_size(current_database())")
                .query(Long.class)
                .single();
    }
}

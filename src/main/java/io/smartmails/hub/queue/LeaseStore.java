// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import java.time.InstantSource;
import java.util.List;

/** Takes back what a killed process had claimed. */
public final class LeaseStore {
    private LeaseStore() {}

    /**
     * To be called before the workers start. On the embedded database no other process can hold a lease, so all are
     * released; on a shared one they run out by themselves.
     */
    public static void releaseAtStart(Database database, InstantSource clock) {
        if (database.isSqlite()) {
            database.write(tx -> {
                for (String table : List.of("envelope", "run", "item")) {
                    RowStore.releaseLeases(tx, table, clock.instant());
                }
                return null;
            });
        }
    }
}

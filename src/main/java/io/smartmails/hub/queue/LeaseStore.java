// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Who may work on what: takes back what a killed process had claimed, and lends what only one may do at a time. */
public final class LeaseStore {
    private LeaseStore() {}

    /**
     * To be called before the workers start. On the embedded database no other process can hold a lease, so all are
     * released; on a shared one they run out by themselves.
     */
    public static void releaseAtStart(Database database, InstantSource clock) {
        if (database.isSqlite()) {
            database.write(tx -> {
                tx.jdbc().sql("DELETE FROM single_runner").update();
                for (String table : List.of("envelope", "run", "item")) {
                    RowStore.releaseLeases(tx, table, clock.instant());
                }
                return null;
            });
        }
    }

    /** @return whether the holder has the lease of that work until then: it was free, had run out, or was his own */
    static boolean take(Tx tx, String name, String holder, Instant now, Duration lease) {
        return tx.jdbc()
                        .sql("INSERT INTO single_runner (name, holder, until) VALUES (:name, :holder, :until)"
                                + " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until"
                                + " WHERE single_runner.until < :now OR single_runner.holder = excluded.holder")
                        .param("name", name)
                        .param("holder", holder)
                        .param("until", now.plus(lease).toEpochMilli())
                        .param("now", now.toEpochMilli())
                        .update()
                == 1;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.hub.queue.CounterStore;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts refused webhooks. Collected in memory and added to the database once a second, so that a flood of bad requests
 * costs no disk; a crash forgets at most the last second.
 */
public final class Refusals {
    private final LongAdder unsaved = new LongAdder();
    private final Database database;

    public Refusals(Database database) {
        this.database = database;
    }

    public void count() {
        unsaved.increment();
    }

    /** Adds what was collected to the stored count. */
    public void save() {
        long n = unsaved.sumThenReset();
        if (n > 0) {
            database.write(tx -> {
                CounterStore.add(tx, "refused", n);
                return null;
            });
        }
    }
}

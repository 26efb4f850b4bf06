// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import java.time.Duration;
import java.time.InstantSource;

/** Lets one node at a time do a piece of work; another takes over within a minute when it dies. */
public final class SingleRunner {
    private static final Duration LEASE = Duration.ofMinutes(1);

    private final Database database;
    private final InstantSource clock;
    private final String holder;

    /** @param holder id of this process */
    public SingleRunner(Database database, InstantSource clock, String holder) {
        this.database = database;
        this.clock = clock;
        this.holder = holder;
    }

    /** Whether this node holds the lease of that work now; it is prolonged by asking. */
    public boolean mayRun(String name) {
        return database.write(tx -> LeaseStore.take(tx, name, holder, clock.instant(), LEASE));
    }
}

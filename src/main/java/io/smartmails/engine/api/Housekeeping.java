// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.db.Database;
import io.smartmails.engine.message.MessageAcceptance;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets, once an hour, the dedupe ids and stored replies whose time is over. */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final Database database;
    private final InstantSource clock;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "engine-housekeeping");
        thread.setDaemon(true);
        return thread;
    });

    Housekeeping(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    void start() {
        timer.scheduleWithFixedDelay(this::forget, 1, 60, TimeUnit.MINUTES);
    }

    private void forget() {
        try {
            database.write(tx -> {
                MessageAcceptance.forgetDedupe(tx, clock.millis());
                IdempotencyStore.forget(tx, clock.millis() - Idempotency.KEPT.toMillis());
                return null;
            });
        } catch (RuntimeException e) {
            LOG.warn("Forgetting old rows failed; the next hour tries again", e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}

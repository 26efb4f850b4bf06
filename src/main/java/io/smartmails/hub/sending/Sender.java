// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Database;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.smartmails.SmartMailsClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Predicate;
import org.springframework.context.SmartLifecycle;

/** Takes due sends to SmartMails, each lane on its own thread, so that no bulk call keeps transactional mail waiting. */
final class Sender implements SmartLifecycle {
    private final LaneSender transactional;
    private final LaneSender bulk;

    /**
     * @param dedupeLife how long SmartMails takes a dedupe id once
     * @param publishAgain asked with the alias SmartMails does not know; whether it is one of ours and will be put there
     */
    Sender(
            Database database,
            ItemStore items,
            ItemFailures failures,
            Upstream upstream,
            SmartMailsClient client,
            AccountLimits limits,
            Duration dedupeLife,
            Predicate<String> publishAgain,
            InstantSource clock,
            Wakeup wakeup) {
        var bulkWakeup = new Wakeup();
        this.transactional = new LaneSender(
                Item.Lane.TRANSACTIONAL,
                bulkWakeup,
                database,
                items,
                failures,
                upstream,
                client,
                limits,
                dedupeLife,
                publishAgain,
                clock,
                wakeup);
        this.bulk = new LaneSender(
                Item.Lane.BULK,
                new Wakeup(),
                database,
                items,
                failures,
                upstream,
                client,
                limits,
                dedupeLife,
                publishAgain,
                clock,
                bulkWakeup);
    }

    /** One step of the first lane that has something to do; for tests that own the clock. */
    boolean step() {
        return transactional.step() || bulk.step();
    }

    @Override
    public void start() {
        transactional.start();
        bulk.start();
    }

    @Override
    public void stop() {
        bulk.stop();
        transactional.stop();
    }

    @Override
    public boolean isRunning() {
        return transactional.isRunning();
    }

    @Override
    public int getPhase() {
        return transactional.getPhase();
    }
}

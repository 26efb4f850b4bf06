// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Tx;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.timeline.TimelineStore;
import java.time.InstantSource;

/** What an item's failure means: put back, tried again later, or a dead letter that its envelope's story tells. */
final class ItemFailures {
    private final ItemStore items;
    private final TimelineStore timeline;
    private final RetryPolicy retries;
    private final InstantSource clock;

    ItemFailures(ItemStore items, TimelineStore timeline, RetryPolicy retries, InstantSource clock) {
        this.items = items;
        this.timeline = timeline;
        this.retries = retries;
        this.clock = clock;
    }

    /** A failure for which SmartMails stopped everybody is nobody's try: however long it lasts, nothing dies of it. */
    void record(Tx tx, Item item, Throwable failure) {
        if (failure instanceof TransientFailure pause && Upstream.stopsEverybody(pause)) {
            items.putBack(tx, item.id(), clock.instant().plus(pause.after()), pause.getMessage());
            return;
        }
        RetryPolicy.Verdict verdict = retries.judge(failure, item.attempts(), item.createdAt(), clock.instant());
        items.fail(tx, item.id(), verdict);
        if (verdict instanceof RetryPolicy.Dead dead) {
            timeline.add(tx, item.envelopeId(), "sending", "dead", dead.cause(), item.id());
        }
    }
}

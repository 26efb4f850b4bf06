// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.timeline.TimelineStore;
import java.time.InstantSource;

/** What an item's failure means: tried again later, or a dead letter that its envelope's story tells. */
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

    void record(Tx tx, Item item, Throwable failure) {
        RetryPolicy.Verdict verdict = retries.judge(failure, item.attempts(), item.createdAt(), clock.instant());
        items.fail(tx, item.id(), verdict);
        if (verdict instanceof RetryPolicy.Dead dead) {
            timeline.add(tx, item.envelopeId(), "sending", "dead", dead.cause(), item.id());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Tx;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.timeline.TimelineStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What an item's failure means: tried again later, or a dead letter that its envelope's story tells. */
final class ItemFailures {
    /** In a batch key: what follows names a part of a batch that was refused as a whole. */
    private static final char PART = '#';

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

    /** What failed together is tried again together. A pause costs an item neither a try nor its horizon. */
    void record(Tx tx, List<Item> failed, RuntimeException failure) {
        Instant now = clock.instant();
        if (failure instanceof TransientFailure pause && Upstream.isPause(pause)) {
            failed.forEach(item -> items.giveBack(tx, item.id(), now.plus(pause.after()), pause.getMessage()));
            return;
        }
        Map<Integer, RetryPolicy.Verdict> retriesByAttempts = new HashMap<>();
        for (Item item : failed) {
            RetryPolicy.Verdict verdict = retries.judge(failure, item.attempts(), item.createdAt(), now);
            if (verdict instanceof RetryPolicy.Dead dead) {
                die(tx, item, dead);
            } else {
                items.fail(tx, item.id(), retriesByAttempts.computeIfAbsent(item.attempts(), attempts -> verdict));
            }
        }
    }

    private void die(Tx tx, Item item, RetryPolicy.Dead dead) {
        items.fail(tx, item.id(), dead);
        items.regroup(tx, item.id(), whole(item.batchKey()));
        timeline.add(tx, item.envelopeId(), "sending", "dead", dead.cause(), item.id());
    }

    /**
     * SmartMails refused a request as a whole: its halves are due at once, each as a batch of its own, until the culprit is
     * alone and dies. The halves are rows, not a recursion: other work goes between, and a crash or a stop costs nothing.
     *
     * @param batch items that cannot be parted are one element
     */
    void refused(Tx tx, List<List<Item>> batch, PermanentFailure refusal) {
        if (batch.size() == 1) {
            record(tx, batch.get(0), refusal);
            return;
        }
        int half = batch.size() / 2;
        for (List<List<Item>> part : List.of(batch.subList(0, half), batch.subList(half, batch.size()))) {
            Item first = part.get(0).get(0);
            String key = whole(first.batchKey()) + PART + first.id() + "/" + part.size();
            for (Item item : part.stream().flatMap(List::stream).toList()) {
                items.regroup(tx, item.id(), key);
                items.giveBack(tx, item.id(), clock.instant(), refusal.getMessage());
            }
        }
    }

    /** Whether it names a part of a refused batch, for which waiting for more items is in vain. */
    static boolean isPart(String batchKey) {
        return batchKey.indexOf(PART) >= 0;
    }

    private static String whole(String batchKey) {
        return isPart(batchKey) ? batchKey.substring(0, batchKey.indexOf(PART)) : batchKey;
    }
}

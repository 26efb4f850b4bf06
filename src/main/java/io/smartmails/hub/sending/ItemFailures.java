// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Tx;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.KindRules;
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

    private static final String LOOK_UP = "/look-up";
    private static final int NONSENSE_TRIES = 3;

    private final ItemStore items;
    private final TimelineStore timeline;
    private final RetryPolicy retries;
    private final KindRules rules;
    private final InstantSource clock;

    ItemFailures(ItemStore items, TimelineStore timeline, RetryPolicy retries, KindRules rules, InstantSource clock) {
        this.items = items;
        this.timeline = timeline;
        this.retries = retries;
        this.rules = rules;
        this.clock = clock;
    }

    /** What failed together is tried again together. A pause costs an item neither a try nor its horizon. */
    void record(Tx tx, List<Item> failed, RuntimeException failure) {
        Instant now = clock.instant();
        if (failure instanceof TransientFailure pause && Upstream.isPause(pause)) {
            failed.forEach(item -> items.giveBack(tx, item.id(), now.plus(pause.after()), pause.getMessage()));
            return;
        }
        boolean taken = Upstream.isUncertain(failure);
        Map<Integer, RetryPolicy.Verdict> retriesByAttempts = new HashMap<>();
        for (Item item : failed) {
            RetryPolicy.Verdict verdict = retries.judge(failure, item, rules, now);
            if (verdict instanceof RetryPolicy.Dead dead) {
                die(tx, item, dead, taken);
            } else {
                items.fail(
                        tx, item.id(), retriesByAttempts.computeIfAbsent(item.attempts(), attempts -> verdict), taken);
            }
        }
    }

    private void die(Tx tx, Item item, RetryPolicy.Dead dead, boolean taken) {
        items.fail(tx, item.id(), dead, taken);
        items.regroup(tx, item.id(), whole(item.batchKey()));
        timeline.add(tx, item.envelopeId(), "sending", "dead", dead.cause(), item.id());
    }

    /**
     * A request ended without an answer that tells what became of the items. They are tried again together; when the answers
     * make no sense time and again, in halves, so that the one that confuses SmartMails spoils no others.
     */
    void unanswered(Tx tx, List<List<Item>> batch, TransientFailure failure) {
        List<Item> all = batch.stream().flatMap(List::stream).toList();
        record(tx, all, failure);
        boolean often = all.stream().mapToInt(Item::attempts).max().orElse(0) >= NONSENSE_TRIES;
        if (Upstream.isNonsense(failure) && often && batch.size() > 1) {
            halves(batch).forEach(part -> regroup(tx, part));
        }
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
        for (List<List<Item>> part : halves(batch)) {
            regroup(tx, part);
            part.stream()
                    .flatMap(List::stream)
                    .forEach(item -> items.giveBack(tx, item.id(), clock.instant(), refusal.getMessage()));
        }
    }

    private static List<List<List<Item>>> halves(List<List<Item>> batch) {
        int half = batch.size() / 2;
        return List.of(batch.subList(0, half), batch.subList(half, batch.size()));
    }

    private void regroup(Tx tx, List<List<Item>> part) {
        Item first = part.get(0).get(0);
        String key = whole(first.batchKey()) + PART + first.id() + "/" + part.size();
        part.stream().flatMap(List::stream).forEach(item -> items.regroup(tx, item.id(), key));
    }

    /** It is due at once, alone, to be asked about. */
    void lookUpFirst(Tx tx, Item item) {
        items.regroup(tx, item.id(), whole(item.batchKey()) + PART + item.id() + LOOK_UP);
        items.giveBack(tx, item.id(), clock.instant(), "SmartMails is asked whether it has it already");
    }

    /** Looked up, and not there: it may be sent, with others. */
    void notThere(Tx tx, Item item) {
        items.regroup(tx, item.id(), whole(item.batchKey()));
        items.giveBack(tx, item.id(), clock.instant(), null);
        items.notTaken(tx, item.id());
    }

    static boolean isLookUp(String batchKey) {
        return batchKey.endsWith(LOOK_UP);
    }

    /** Whether it names a part of a refused batch, for which waiting for more items is in vain. */
    static boolean isPart(String batchKey) {
        return batchKey.indexOf(PART) >= 0;
    }

    private static String whole(String batchKey) {
        return isPart(batchKey) ? batchKey.substring(0, batchKey.indexOf(PART)) : batchKey;
    }
}

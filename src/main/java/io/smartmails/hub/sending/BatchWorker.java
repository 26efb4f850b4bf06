// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.queue.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Carries due items of one lane, a batch a request: finds the batch that is due longest, takes a token, claims, hands over.
 * A step makes one request at most and waits for nothing but its answer.
 */
abstract class BatchWorker extends Worker {
    /** Well above the longest call; a crash gives the items back earlier on the embedded database. */
    static final Duration LEASE = Duration.ofMinutes(5);

    private static final Duration IDLE = Duration.ofMillis(500);
    private static final Duration SHORTEST = Duration.ofMillis(1);

    private final Item.Lane lane;
    private final Operation operation;
    private final ItemStore items;
    private final Upstream upstream;
    private Duration pause = IDLE;

    BatchWorker(String name, Item.Lane lane, Operation operation, ItemStore items, Upstream upstream, Wakeup wakeup) {
        super(name, wakeup, IDLE);
        this.lane = lane;
        this.operation = operation;
        this.items = items;
        this.upstream = upstream;
    }

    /** Whether what is due fills a request, so that waiting longer saves none. */
    abstract boolean isFull(String batchKey);

    /** Claims a request's worth, for {@link #LEASE}. */
    abstract List<Item> claim(String batchKey);

    /** Settles what was claimed, with one request at most; the token is given back if it needs none. */
    abstract void carry(List<Item> claimed, Budget.Token request);

    @Override
    protected Duration idle() {
        return pause;
    }

    @Override
    protected boolean step() {
        pause = IDLE;
        if (upstream.isPaused(operation)) {
            return false;
        }
        Optional<String> batchKey = items.nextBatchKey(lane);
        if (batchKey.isEmpty()) {
            return false;
        }
        boolean full = ItemFailures.isPart(batchKey.get()) || isFull(batchKey.get());
        Optional<Budget.Token> token = upstream.token(Lane.of(lane), full);
        if (token.isEmpty()) {
            Duration wait = upstream.pauseFor(Lane.of(lane), full);
            pause = wait.compareTo(SHORTEST) < 0 ? SHORTEST : wait.compareTo(IDLE) < 0 ? wait : IDLE;
            return false;
        }
        try (Budget.Token request = token.get()) {
            List<Item> claimed = claim(batchKey.get());
            if (claimed.isEmpty()) {
                request.giveBack();
                return false;
            }
            carry(claimed, request);
        }
        return true;
    }
}

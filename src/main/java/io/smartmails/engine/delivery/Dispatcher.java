// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.delivery;

import io.smartmails.engine.message.MessageStore;
import jakarta.mail.Session;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds messages that are due and hands them to four couriers. The table is the queue: what a crash leaves behind is
 * found again at the next start.
 *
 * <p>Only the finder thread touches the set of messages in hand, and it strikes a finished one off before it reads the
 * table again. So its read sees the stored outcome, and no message is handed out twice.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final int COURIERS = 4;
    private static final int IN_HAND_AT_MOST = 64;
    /** Reads the table again when this few are left, so that one read serves many mails. */
    private static final int REFILL_BELOW = 16;
    /** A connection nobody used for this long is given back. */
    private static final long IDLE_SECONDS = 20;
    /** Looks at the table at least this often, whatever the clock of a test says. */
    private static final long LONGEST_REST_MS = 1000;

    private static final String STOP = "";

    private final MessageStore store;
    private final Delivery delivery;
    private final Session session;
    private final InstantSource clock;
    private final LinkedBlockingQueue<String> work = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<String> done = new LinkedBlockingQueue<>();
    private final Semaphore bell = new Semaphore(0);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    Dispatcher(MessageStore store, Delivery delivery, Session session, InstantSource clock) {
        this.store = store;
        this.delivery = delivery;
        this.session = session;
        this.clock = clock;
    }

    /** Starts the threads; messages left from before are taken up at once. */
    public void start() {
        start("mail-finder", this::find);
        for (int i = 1; i <= COURIERS; i++) {
            start("mail-courier-" + i, this::carry);
        }
    }

    private void start(String name, Runnable body) {
        var thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    /** Something became due: look now. */
    public void ring() {
        bell.release();
    }

    private void find() {
        Set<String> inHand = new HashSet<>();
        try {
            while (!closed) {
                List<String> finished = new ArrayList<>();
                done.drainTo(finished);
                inHand.removeAll(finished);
                bell.drainPermits();
                int handedOut = 0;
                if (inHand.size() < REFILL_BELOW) {
                    handedOut = handOut(inHand);
                }
                if (handedOut == 0) {
                    bell.tryAcquire(rest(inHand), TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int handOut(Set<String> inHand) {
        int handedOut = 0;
        try {
            for (String id : store.due(clock.millis(), inHand.size() + IN_HAND_AT_MOST)) {
                if (inHand.add(id)) {
                    work.add(id);
                    handedOut++;
                }
            }
        } catch (RuntimeException e) {
            LOG.error("Looking for due messages failed; trying again", e);
        }
        return handedOut;
    }

    private long rest(Set<String> inHand) {
        if (!inHand.isEmpty()) {
            return LONGEST_REST_MS;
        }
        try {
            long next = store.nextDue().orElse(Long.MAX_VALUE);
            return Math.max(1, Math.min(LONGEST_REST_MS, next - clock.millis()));
        } catch (RuntimeException e) {
            LOG.error("Looking for the next due message failed; trying again", e);
            return LONGEST_REST_MS;
        }
    }

    private void carry() {
        try (var courier = new Courier(session)) {
            while (true) {
                String id = work.poll(IDLE_SECONDS, TimeUnit.SECONDS);
                if (id == null) {
                    courier.close();
                } else if (id.equals(STOP) || closed) {
                    return;
                } else {
                    carry(id, courier);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void carry(String id, Courier courier) {
        try {
            delivery.run(id, courier::carry);
            done.add(id);
            bell.release();
        } catch (RuntimeException e) {
            // No bell: the finder takes its rest before it hands this one out again.
            LOG.error("Delivering {} failed; it stays queued", id, e);
            done.add(id);
        }
    }

    /** Finishes the mails in hand; the rest stays in the table. */
    @Override
    public void close() {
        closed = true;
        bell.release();
        for (int i = 0; i < COURIERS; i++) {
            work.add(STOP);
        }
        try {
            for (Thread thread : threads) {
                thread.join(10_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Notices when envelopes arrive faster than the processors can acknowledge and work through at the same time. Whoever waits
 * for an acknowledgement comes first; what is journalled can wait for the rush to be over.
 */
public final class Rush {
    /** Twice what the product promises to carry without any delay. */
    private static final double RUSH_PER_SECOND = 1_000;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final int RESTS_PER_STEP = 9;
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);

    private final Wakeup arrivals;
    private long arrivedBefore;
    private long lookedAt = System.nanoTime();
    private boolean rush;

    public Rush(Wakeup arrivals) {
        this.arrivals = arrivals;
    }

    /** Called by a worker after a step; in a rush, returns only after a rest of several times the step's length, 1 s at most. */
    public void restAfter(Duration step) {
        if (isNow(System.nanoTime())) {
            LockSupport.parkNanos(Math.min(LONGEST_REST.toNanos(), RESTS_PER_STEP * step.toNanos()));
        }
    }

    private synchronized boolean isNow(long now) {
        long nanos = now - lookedAt;
        if (nanos >= LOOK_AGAIN.toNanos()) {
            long arrived = arrivals.total();
            rush = (arrived - arrivedBefore) * 1e9 / nanos > RUSH_PER_SECOND;
            arrivedBefore = arrived;
            lookedAt = now;
        }
        return rush;
    }
}

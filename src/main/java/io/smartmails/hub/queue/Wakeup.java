// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Tells an idle worker that a commit made work for it. Signals while it is busy are remembered as one. */
public final class Wakeup {
    private final Semaphore signals = new Semaphore(0);
    private final LongAdder total = new LongAdder();

    public void signal() {
        total.increment();
        if (signals.availablePermits() == 0) {
            signals.release();
        }
    }

    /** Signals since the start, each one counted: how much arrives. */
    public long total() {
        return total.sum();
    }

    /** Returns at a signal or after {@code longest}, whichever comes first. */
    public void await(Duration longest) throws InterruptedException {
        if (signals.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            signals.drainPermits();
        }
    }
}

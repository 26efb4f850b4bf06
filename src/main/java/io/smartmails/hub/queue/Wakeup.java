// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Tells an idle worker that a commit made work for it. Signals while it is busy are remembered as one. */
public final class Wakeup {
    private final Semaphore signals = new Semaphore(0);

    public void signal() {
        if (signals.availablePermits() == 0) {
            signals.release();
        }
    }

    /** Returns at a signal or after {@code longest}, whichever comes first. */
    public void await(Duration longest) throws InterruptedException {
        if (signals.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            signals.drainPermits();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.queue.Worker;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Translates what is due, but nothing before every rule is there to listen. */
final class TranslatorWorker extends Worker {
    /** Twice what the product promises to carry without any delay. */
    private static final double RUSH_PER_SECOND = 1_000;

    private static final int RESTS_PER_STEP = 4;
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);

    private final RouteDeployer deployer;
    private final Translator translator;
    private final Wakeup wakeup;
    private long arrivedBefore;
    private long lookedAt;

    TranslatorWorker(RouteDeployer deployer, Translator translator, Wakeup wakeup, Duration idle) {
        super("translator", wakeup, idle);
        this.deployer = deployer;
        this.translator = translator;
        this.wakeup = wakeup;
    }

    @Override
    protected boolean step() {
        if (!deployer.deployed()) {
            return false;
        }
        long began = System.nanoTime();
        boolean more = translator.translateDue();
        if (isRushHour(began)) {
            // Whoever waits for an acknowledgement comes first; what is journalled can wait for the rush to be over.
            long rest = Math.min(LONGEST_REST.toNanos(), RESTS_PER_STEP * (System.nanoTime() - began));
            LockSupport.parkNanos(rest);
        }
        return more;
    }

    /** Whether envelopes arrived faster than the processors can acknowledge and work through at the same time. */
    private boolean isRushHour(long now) {
        long arrived = wakeup.total();
        long nanos = Math.max(1, now - lookedAt);
        double perSecond = (arrived - arrivedBefore) * 1e9 / nanos;
        arrivedBefore = arrived;
        lookedAt = now;
        return perSecond > RUSH_PER_SECOND;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.hub.smartmails.ControlLane;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The control lane of the account's budget, for whoever may not import this stage. */
final class ControlTokens implements ControlLane {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration GLANCE = Duration.ofMillis(20);

    private final Budget budget;
    private final InstantSource clock;

    ControlTokens(Budget budget, InstantSource clock) {
        this.budget = budget;
        this.clock = clock;
    }

    @Override
    public Duration await(Duration longest) throws InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        while (budget.take(Lane.CONTROL, false).isEmpty()) {
            Duration next = nextFree();
            if (System.nanoTime() + next.toNanos() - end > 0) {
                return next.compareTo(SHORTEST) < 0 ? SHORTEST : next;
            }
            TimeUnit.NANOSECONDS.sleep(Math.max(next.toNanos(), GLANCE.toNanos()));
        }
        return null;
    }

    @Override
    public Optional<Leave> take() {
        return budget.take(Lane.CONTROL, false).map(Taken::new);
    }

    @Override
    public Duration nextFree() {
        Duration left = Duration.between(clock.instant(), budget.nextFreeAt(Lane.CONTROL, false));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private final class Taken implements Leave {
        private final Budget.Token token;

        private Taken(Budget.Token token) {
            this.token = token;
        }

        @Override
        public void throttled(Duration pause) {
            budget.throttled(pause.compareTo(SHORTEST) < 0 ? SHORTEST : pause);
        }

        @Override
        public void close() {
            token.close();
        }
    }
}

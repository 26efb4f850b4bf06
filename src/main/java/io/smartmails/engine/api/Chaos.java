// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.engine.EngineSettings;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Faults on purpose (contract 4.23), so that callers can rehearse slow answers, errors and lost answers. */
final class Chaos {
    private final EngineSettings.Chaos settings;
    private final RandomGenerator random;

    Chaos(EngineSettings.Chaos settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    void beforeWork() {
        if (random.nextDouble() < settings.errorRate()) {
            throw Problem.of(ProblemCode.INTERNAL_ERROR, "made on purpose (engine.chaos.error-rate); nothing was done")
                    .asException();
        }
    }

    /** The work is done and stays done; the caller does not learn it. */
    void beforeAnswer() {
        if (settings.latencyMs() > 0) {
            pause(settings.latencyMs());
        }
        if (random.nextDouble() < settings.dropAfterAccept()) {
            throw new LostAnswer();
        }
    }

    private static void pause(long millis) {
        try {
            // A latch nobody opens: a wait that an interrupt at shutdown ends.
            new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the connection without an answer. */
    static final class LostAnswer extends RuntimeException {
        LostAnswer() {
            super("made on purpose (engine.chaos.drop-after-accept)", null, false, false);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import java.time.Duration;
import java.time.Instant;

/**
 * What is known about the limit beyond the configured one. Pure: every change is a new value.
 *
 * <p>A 429 stops everybody for as long as SmartMails asks and takes a quarter off the limit. It grows again by a twentieth
 * of the ceiling a minute; after a raise that was answered with another 429 the first raise comes twice as late, half an
 * hour at most.
 *
 * @param told requests in 60 s by the headers; 0 = they do not say
 * @param account requests in 60 s by the account; 0 = it does not say
 * @param learnt requests in 60 s by what 429s taught; 0 = none came
 * @param stoppedUntil nobody calls before
 * @param raiseAt when the learnt limit may grow
 * @param raiseAfter from the next 429 to the first raise
 */
record Pace(int told, int account, int learnt, Instant stoppedUntil, Instant raiseAt, Duration raiseAfter) {
    private static final Duration STEP = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofMinutes(30);
    private static final int STEPS = 20;
    static final Pace UNKNOWN = new Pace(0, 0, 0, Instant.EPOCH, Instant.EPOCH, STEP);

    /** Never more than configured, told or allowed by the account. */
    int ceiling(int configured) {
        int ceiling = configured;
        if (told > 0) {
            ceiling = Math.min(ceiling, told);
        }
        return account > 0 ? Math.min(ceiling, account) : ceiling;
    }

    /** Requests in any 60 s. */
    int limit(int configured) {
        int ceiling = ceiling(configured);
        return learnt > 0 ? Math.min(learnt, ceiling) : ceiling;
    }

    Pace told(int limit) {
        return new Pace(limit, account, learnt, stoppedUntil, raiseAt, raiseAfter);
    }

    Pace account(int limit) {
        return new Pace(told, limit, learnt, stoppedUntil, raiseAt, raiseAfter);
    }

    Pace stopped(Instant until) {
        return until.isAfter(stoppedUntil) ? new Pace(told, account, learnt, until, raiseAt, raiseAfter) : this;
    }

    /** A 429 came. Several that were under way together count as one. */
    Pace throttled(int configured, Instant now, Duration pause) {
        Instant until = now.plus(pause);
        if (stoppedUntil.isAfter(now)) {
            return stopped(until);
        }
        boolean tooSoon = learnt > 0 && raiseAt.isAfter(now.minus(STEP));
        Duration after = tooSoon && raiseAfter.compareTo(LONGEST) < 0 ? raiseAfter.multipliedBy(2) : raiseAfter;
        if (after.compareTo(LONGEST) > 0) {
            after = LONGEST;
        }
        int lower = Math.max(1, limit(configured) * 3 / 4);
        return new Pace(told, account, lower, until, until.plus(after), after);
    }

    /** As time goes by. */
    Pace at(int configured, Instant now) {
        if (learnt == 0 || now.isBefore(raiseAt)) {
            return this;
        }
        int ceiling = ceiling(configured);
        int raised = limit(configured) + Math.max(1, ceiling / STEPS);
        return raised >= ceiling
                ? new Pace(told, account, 0, stoppedUntil, now, STEP)
                : new Pace(told, account, raised, stoppedUntil, now.plus(STEP), raiseAfter);
    }
}

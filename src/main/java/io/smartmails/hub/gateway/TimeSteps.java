// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.time.Duration;
import java.util.SortedMap;

/** Times sorted into steps, each 19 % longer than the one before, so that counts of nodes and hours can be added up. */
final class TimeSteps {
    private static final double FIRST_MILLIS = 0.1;
    private static final int STEPS_PER_DOUBLING = 4;
    /** 0.1 ms * 2^20 = 105 s; no answer takes longer. */
    private static final int LAST = 20 * STEPS_PER_DOUBLING;

    private TimeSteps() {}

    static int of(Duration took) {
        double doublings = Math.log(Math.max(took.toNanos(), 1) / 1e6 / FIRST_MILLIS) / Math.log(2);
        return (int) Math.min(LAST, Math.max(0, Math.ceil(doublings * STEPS_PER_DOUBLING - 1e-9)));
    }

    /** What the share of the times did not exceed, in ms; null without any. */
    static Double quantile(SortedMap<Integer, Long> counts, double share) {
        long all = counts.values().stream().mapToLong(n -> n).sum();
        long seen = 0;
        for (var step : counts.entrySet()) {
            seen += step.getValue();
            if (seen >= share * all) {
                double millis = FIRST_MILLIS * Math.pow(2, step.getKey() / (double) STEPS_PER_DOUBLING);
                return Math.round(millis * 10) / 10.0;
            }
        }
        return null;
    }
}

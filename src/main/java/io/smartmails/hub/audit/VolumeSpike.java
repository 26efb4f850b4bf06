// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

/** Whether a key does far more than it usually does at this hour of the day. */
final class VolumeSpike {
    /** Below that nobody minds. */
    private static final long LEAST = 100;
    /** A key younger than that has no habits yet. */
    private static final int HISTORY_DAYS = 3;

    private VolumeSpike() {}

    /**
     * @param requests in the hour so far
     * @param before requests in the same hour of the days before, together
     * @param days how many days that were, at most 14
     * @param times how many times the usual is too much
     */
    static boolean is(long requests, long before, int days, double times) {
        return days >= HISTORY_DAYS && requests > LEAST && requests > times * before / days;
    }
}

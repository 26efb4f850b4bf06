// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.limit;

import java.util.function.LongSupplier;

/**
 * At most {@code limit} admissions in any 60 s, exactly: a ring of the last {@code limit} admission times.
 *
 * <p>An admission counts until it is 60 s old; refused calls do not count. One {@code long} per admission, constant time.
 * Lives in memory, so a restart starts an empty window.
 */
public final class SlidingWindow {
    private static final long WINDOW_NANOS = 60_000_000_000L;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final LongSupplier nanos;
    private final long[] admitted;
    private int next;
    private int count;

    /** @param nanos a clock that never goes back, in nanoseconds; only differences matter */
    public SlidingWindow(int limit, LongSupplier nanos) {
        if (limit < 1) {
            throw new IllegalArgumentException("a window needs a limit of at least 1, not " + limit);
        }
        this.nanos = nanos;
        this.admitted = new long[limit];
    }

    /** Takes one place if there is one. */
    public synchronized Allowance take() {
        long now = nanos.getAsLong();
        forget(now);
        boolean free = count < admitted.length;
        if (free) {
            admitted[next] = now;
            next = (next + 1) % admitted.length;
            count++;
        }
        return allowance(now, free);
    }

    /** The state without taking a place. */
    public synchronized Allowance look() {
        long now = nanos.getAsLong();
        forget(now);
        return allowance(now, count < admitted.length);
    }

    private void forget(long now) {
        while (count > 0 && now - admitted[oldest()] >= WINDOW_NANOS) {
            count--;
        }
    }

    private int oldest() {
        return Math.floorMod(next - count, admitted.length);
    }

    private Allowance allowance(long now, boolean free) {
        long untilNext = count == 0 ? 0 : admitted[oldest()] + WINDOW_NANOS - now;
        return new Allowance(free, admitted.length, admitted.length - count, -Math.floorDiv(-untilNext, SECOND_NANOS));
    }
}

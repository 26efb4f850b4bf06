// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Decides whether a request may leave now. Pure: the log and the time come in, nothing is kept.
 *
 * <p>Unit: requests in any 60 s as SmartMails counts them. At 60 a minute: 2 are slack and never used; of the other 58,
 * transactional requests on the one hand and all others on the other keep 10 that the other side cannot take. The first
 * requests of a side leave at once (12 transactional, 9 others, 24 when their batches are full); from then on they are
 * spread so that what is left lasts until enough of the window is free again, about one every 1.2 s, instead of being spent
 * at once and then missing for most of a minute. A steady backlog of full batches may borrow from the reserve as long as
 * the next token comes back at once.
 *
 * <p>Why no bucket: one of 60 refilled at 60 a minute lets 120 through in the first minute.
 */
final class BudgetDecider {
    static final Duration WINDOW = Duration.ofSeconds(60);
    private static final int SLACK = 2;
    private static final int SLACK_SHARE = 10;
    private static final int RESERVE_SHARE = 6;
    private static final int TRANSACTIONAL_BURST_SHARE = 4;
    private static final int BURST_SHARE = 5;
    private static final int FULL_BURST_SHARE = 2;

    private BudgetDecider() {}

    /**
     * @param free whether the request may leave now
     * @param at when to ask again: now when free, otherwise when the answer may differ, if nobody else takes the token
     */
    record Decision(boolean free, Instant at) {}

    /** Requests that may ever be in a window. */
    static int usable(int limit) {
        return limit - Math.min(SLACK, limit / SLACK_SHARE);
    }

    /** What each side keeps from the other. */
    static int reserve(int limit) {
        return usable(limit) < 3 ? 0 : Math.max(1, limit / RESERVE_SHARE);
    }

    /**
     * @param limit requests SmartMails allows in any 60 s
     * @param log requests of the last minute at least
     * @param full whether a whole batch waits, so that waiting longer saves no request
     */
    static Decision decide(int limit, Collection<LoggedRequest> log, Instant now, Lane lane, boolean full) {
        var window = new Window(log, now, lane.isTransactional());
        int quota = usable(limit) - reserve(limit);
        int left = usable(limit) - window.own.size() - Math.max(window.others, reserve(limit));
        if (left >= 1) {
            int burst = full
                    ? quota / FULL_BURST_SHARE
                    : quota / (lane.isTransactional() ? TRANSACTIONAL_BURST_SHARE : BURST_SHARE);
            if (window.own.size() < Math.max(1, burst)) {
                return new Decision(true, now);
            }
            Instant at = window.lastOwn.plusNanos(pace(window.own, left, now));
            if (!at.isAfter(now)) {
                return new Decision(true, now);
            }
            if (full && borrows(window, limit, now)) {
                return new Decision(true, now);
            }
            return new Decision(false, at);
        }
        if (full && borrows(window, limit, now)) {
            return new Decision(true, now);
        }
        return new Decision(false, window.firstFree);
    }

    /**
     * The shortest gap that never runs dry: until the k-th of our requests leaves the window there are {@code left + k - 1}
     * to spend.
     *
     * @param own expiry times of our requests, soonest first
     */
    private static long pace(List<Instant> own, int left, Instant now) {
        long gap = WINDOW.toNanos() / (own.size() + left);
        for (int k = 1; k <= own.size(); k++) {
            gap = Math.max(gap, Duration.between(now, own.get(k - 1)).toNanos() / (left + k - 1));
        }
        return gap;
    }

    private static boolean borrows(Window window, int limit, Instant now) {
        long even = WINDOW.toNanos() / usable(limit);
        return window.own.size() + window.others < usable(limit) - 1
                && window.last != null
                && !window.last.plusNanos(even).isAfter(now)
                && !window.firstFree.isAfter(now.plusNanos(2 * even));
    }

    /** Requests counted in the last 60 s. */
    static int used(Collection<LoggedRequest> log, Instant now) {
        return (int) log.stream()
                .filter(request -> request.countedAt(now).plus(WINDOW).isAfter(now))
                .count();
    }

    /** The log as one side sees it. */
    private static final class Window {
        /** When our requests leave the window, soonest first. */
        final List<Instant> own = new ArrayList<>();

        int others;
        Instant lastOwn;
        Instant last;
        Instant firstFree;

        Window(Collection<LoggedRequest> log, Instant now, boolean transactional) {
            for (LoggedRequest request : log) {
                Instant leaves = request.countedAt(now).plus(WINDOW);
                if (!leaves.isAfter(now)) {
                    continue;
                }
                last = later(last, request.startedAt());
                firstFree = firstFree == null || leaves.isBefore(firstFree) ? leaves : firstFree;
                if (request.lane().isTransactional() == transactional) {
                    own.add(leaves);
                    lastOwn = later(lastOwn, request.startedAt());
                } else {
                    others++;
                }
            }
            own.sort(null);
            if (firstFree == null) {
                firstFree = now;
            }
        }

        private static Instant later(Instant a, Instant b) {
            return a == null || b.isAfter(a) ? b : a;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Decides whether a request may leave now. Pure: the log, the time and the lanes that wait come in, nothing is kept.
 *
 * <p>Unit: requests in any 60 s as SmartMails counts them. At 60 a minute: 2 are slack and never used; of the other 58,
 * transactional requests on the one hand and all others on the other keep 10 that the other side cannot take, and the others
 * keep 4 more than transactional mail used in the last minute, up to its share of 40 %. The first requests of a side leave at
 * once (12 transactional, 19 while others need much; 9 others, 24 when their batches are full); from then on they are
 * spread, all together once both sides need more than their reserve, so that what is
 * left lasts until enough of the window is free again, about one a second, instead of being spent at once and then missing
 * for most of a minute. A token that several lanes wait for goes to the one that has waited longest, weighed by its share. A steady backlog of
 * full batches may borrow from the reserve as long as the next token comes back at once.
 *
 * <p>Why no bucket: one of 60 refilled at 60 a minute lets 120 through in the first minute.
 */
final class BudgetDecider {
    static final Duration WINDOW = Duration.ofSeconds(60);
    private static final Duration LATELY = WINDOW.dividedBy(2);
    private static final int SLACK = 2;
    private static final int SLACK_SHARE = 10;
    private static final int RESERVE_SHARE = 6;
    private static final int HEADROOM_SHARE = 14;
    private static final int TRANSACTIONAL_BURST_SHARE = 4;
    private static final int BURST_SHARE = 5;
    private static final int FULL_BURST_SHARE = 2;
    private static final Duration ANOTHERS_TURN = Duration.ofMillis(50);

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
     * What transactional mail keeps from the others.
     *
     * @param used what it will need in a minute, to judge by the last minute or half minute
     */
    private static int transactionalReserve(int limit, int used) {
        return Math.max(reserve(limit), Math.min(share(limit), used + headroom(limit)));
    }

    private static int share(int limit) {
        return usable(limit) * Lane.TRANSACTIONAL.share() / 100;
    }

    private static int headroom(int limit) {
        return usable(limit) / HEADROOM_SHARE;
    }

    /**
     * @param limit requests SmartMails allows in any 60 s
     * @param log requests of the last minute at least
     * @param full whether a whole batch waits, so that waiting longer saves no request
     * @param waiting lanes that wait for a token, as far as it is known
     */
    static Decision decide(
            int limit, Collection<LoggedRequest> log, Instant now, Lane lane, boolean full, Collection<Lane> waiting) {
        var window = new Window(log, now, lane.isTransactional());
        Decision decision = decide(limit, window, now, lane, full);
        if (!decision.free() || window.own < burst(limit, window, lane, full)) {
            return decision;
        }
        long mine = window.weightedWait(lane, now);
        boolean isAnothersTurn = waiting.stream()
                .filter(other -> other != lane && window.weightedWait(other, now) > mine)
                .anyMatch(other -> decide(limit, new Window(log, now, other.isTransactional()), now, other, false)
                        .free());
        return isAnothersTurn ? new Decision(false, now.plus(ANOTHERS_TURN)) : decision;
    }

    /** As if the lane were the only one that waits: shares of lanes that do not wait are lent. */
    private static Decision decide(int limit, Window window, Instant now, Lane lane, boolean full) {
        int kept = lane.isTransactional()
                ? reserve(limit)
                : transactionalReserve(limit, Math.max(window.others, 2 * window.othersLately));
        int left = usable(limit) - window.own - Math.max(window.others, kept);
        Instant at = window.firstFree;
        if (left >= 1) {
            at = window.own < burst(limit, window, lane, full)
                    ? now
                    : isTogether(limit, window)
                            ? window.last.plusNanos(pace(window.leaving, left, now))
                            : window.lastOwn.plusNanos(pace(window.ownLeaving, left, now));
        }
        if (full) {
            at = Collections.min(List.of(at, borrowsAt(window, limit, now)));
        }
        return at.isAfter(now) ? new Decision(false, at) : new Decision(true, now);
    }

    /** What the other side takes of its own reserve is not missing here; only what it takes beyond is shared. */
    private static boolean isTogether(int limit, Window window) {
        return window.others > reserve(limit);
    }

    /** Requests of a side that leave at once. */
    private static int burst(int limit, Window window, Lane lane, boolean full) {
        int quota = usable(limit) - reserve(limit);
        int burst = quota / (full ? FULL_BURST_SHARE : BURST_SHARE);
        if (lane.isTransactional() && !full) {
            burst = isTogether(limit, window) ? share(limit) - headroom(limit) : quota / TRANSACTIONAL_BURST_SHARE;
        }
        return Math.max(1, burst);
    }

    /**
     * The shortest gap that never runs dry: until the k-th request leaves the window there are {@code left + k - 1} to spend.
     *
     * @param leaving expiry times of the requests in the window, soonest first
     */
    private static long pace(List<Instant> leaving, int left, Instant now) {
        long gap = WINDOW.toNanos() / (leaving.size() + left);
        for (int k = 1; k <= leaving.size(); k++) {
            gap = Math.max(gap, Duration.between(now, leaving.get(k - 1)).toNanos() / (left + k - 1));
        }
        return gap;
    }

    /** When a full batch may take of the other side's reserve: at an even pace, while the next token comes back at once. */
    private static Instant borrowsAt(Window window, int limit, Instant now) {
        long even = WINDOW.toNanos() / usable(limit);
        if (window.last == null) {
            return Instant.MAX;
        }
        Instant room = window.own + window.others < usable(limit) - 1 ? now : window.firstFree;
        return Collections.max(List.of(room, window.last.plusNanos(even), window.firstFree.minusNanos(2 * even)));
    }

    /** Requests counted in the last 60 s. */
    static int used(Collection<LoggedRequest> log, Instant now) {
        return (int) log.stream()
                .filter(request -> request.countedAt(now).plus(WINDOW).isAfter(now))
                .count();
    }

    /** The log as one side sees it. */
    private static final class Window {
        /** When the requests leave the window, soonest first. */
        final List<Instant> leaving = new ArrayList<>();

        final List<Instant> ownLeaving = new ArrayList<>();
        final Map<Lane, Instant> lastOf = new EnumMap<>(Lane.class);
        int own;
        int others;
        int othersLately;
        Instant last;
        Instant lastOwn;
        Instant firstFree;

        Window(Collection<LoggedRequest> log, Instant now, boolean transactional) {
            for (LoggedRequest request : log) {
                Instant leaves = request.countedAt(now).plus(WINDOW);
                if (!leaves.isAfter(now)) {
                    continue;
                }
                leaving.add(leaves);
                lastOf.merge(request.lane(), request.startedAt(), (a, b) -> a.isAfter(b) ? a : b);
                last = last == null || request.startedAt().isAfter(last) ? request.startedAt() : last;
                if (request.lane().isTransactional() == transactional) {
                    own++;
                    ownLeaving.add(leaves);
                    lastOwn = later(lastOwn, request.startedAt());
                } else {
                    others++;
                    othersLately += request.startedAt().isAfter(now.minus(LATELY)) ? 1 : 0;
                }
            }
            leaving.sort(null);
            ownLeaving.sort(null);
            firstFree = leaving.isEmpty() ? now : leaving.get(0);
        }

        private static Instant later(Instant a, Instant b) {
            return a == null || b.isAfter(a) ? b : a;
        }

        long weightedWait(Lane lane, Instant now) {
            Duration since = lastOf.containsKey(lane) ? Duration.between(lastOf.get(lane), now) : WINDOW;
            return since.toMillis() * lane.share();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.hub.smartmails.RateTold;
import io.smartmails.hub.smartmails.SmartMailsClient;
import io.smartmails.id.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Requests still allowed towards SmartMails, by an exact log that survives a crash.
 *
 * <p>Unit: requests, not items; a batch of 500 costs 1. A request is written to the log before it leaves and counts until 60
 * s after its answer came, so SmartMails, which counts it somewhere in between, never sees more than the limit in any 60 s.
 * How the tokens are shared and spread is {@link BudgetDecider}'s.
 *
 * <p>Safe for many threads. On the embedded database the log is read once; on a shared one, under a lock, for every request,
 * so that several nodes share the budget.
 */
public final class Budget {
    private static final Duration KEPT = BudgetDecider.WINDOW.plus(SmartMailsClient.LONGEST_CALL);
    /** How long after its token was due a lane may still be expected to come for it. */
    private static final Duration GRACE = Duration.ofMillis(300);

    private final RequestLogStore store;
    private final InstantSource clock;
    private final Ids ids;
    private final Map<String, LoggedRequest> log = new LinkedHashMap<>();
    /** Until when a lane that was sent away is expected back: then no other one takes its share. */
    private final Map<Lane, Instant> expected = new EnumMap<>(Lane.class);

    private final int configured;
    private Pace pace;
    private int others;
    private Instant othersUntil = Instant.EPOCH;

    /** @param limit requests in any 60 s, at least 1; less holds when SmartMails says so */
    public Budget(RequestLogStore store, int limit, InstantSource clock, Ids ids) {
        this.store = store;
        this.configured = limit;
        this.clock = clock;
        this.ids = ids;
        this.pace = store.pace().load();
        store.since(clock.instant().minus(KEPT)).forEach(request -> log.put(request.id(), request));
    }

    /** One request that may be made; to be closed when its answer came, or came not. Closing it again does nothing. */
    public final class Token implements AutoCloseable {
        private final LoggedRequest request;
        private boolean spent = true;
        private boolean closed;

        private Token(LoggedRequest request) {
            this.request = request;
        }

        /** There was nothing to ask for after all. Not for a request that may have left. */
        public void giveBack() {
            spent = false;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                end(request, spent);
            }
        }
    }

    /** Empty when the lane has to wait. */
    public synchronized Optional<Token> take(Lane lane, boolean full) {
        Instant now = clock.instant();
        forget(now);
        BudgetDecider.Decision decision = mayLeave(log.values(), now, lane, full);
        if (decision.free()) {
            var request = new LoggedRequest(ids.next("req"), lane, now, null);
            boolean started = store.start(request, now.minus(KEPT), (rows, shared) -> {
                pace = shared;
                return mayLeave(rows, now, lane, full).free();
            });
            if (started) {
                log.put(request.id(), request);
                expected.remove(lane);
                return Optional.of(new Token(request));
            }
            adopt(store.since(now.minus(KEPT)));
        }
        if (!pace.stoppedUntil().isAfter(now)) {
            expected.put(lane, (decision.free() ? now : decision.at()).plus(GRACE));
        }
        return Optional.empty();
    }

    private void adopt(List<LoggedRequest> rows) {
        log.clear();
        rows.forEach(request -> log.put(request.id(), request));
    }

    private BudgetDecider.Decision mayLeave(Collection<LoggedRequest> requests, Instant now, Lane lane, boolean full) {
        if (pace.stoppedUntil().isAfter(now)) {
            return new BudgetDecider.Decision(false, pace.stoppedUntil());
        }
        List<Lane> waiting = expected.entrySet().stream()
                .filter(other -> other.getValue().isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
        return BudgetDecider.decide(limit(now), requests, now, lane, full, waiting);
    }

    private int limit(Instant now) {
        Pace grown = pace.at(configured, now);
        if (!grown.equals(pace)) {
            change(grown);
        }
        int limit = pace.limit(configured);
        return othersUntil.isAfter(now) ? Math.max(1, limit - others) : limit;
    }

    private void change(Pace changed) {
        if (!changed.equals(pace)) {
            pace = changed;
            store.pace().save(changed);
        }
    }

    private synchronized void end(LoggedRequest request, boolean spent) {
        if (spent) {
            Instant now = clock.instant();
            log.put(request.id(), new LoggedRequest(request.id(), request.lane(), request.startedAt(), now));
            store.end(request.id(), now);
        } else {
            log.remove(request.id());
            store.remove(request.id());
        }
    }

    /** Nobody calls before the pause is over. */
    public synchronized void stop(Duration duration) {
        change(pace.stopped(clock.instant().plus(duration)));
    }

    /** A 429 came although the budget allowed the request: a pause, and a lower limit that grows again slowly. */
    synchronized void throttled(Duration duration) {
        change(pace.throttled(configured, clock.instant(), duration));
    }

    /** The account allows fewer requests than configured. 0 = it did not tell. */
    public synchronized void learn(int requestsPerMinute) {
        change(pace.account(requestsPerMinute));
    }

    /**
     * The headers of an answer. What they count beyond our own requests, somebody else made with the same key; it is taken
     * off for a minute.
     */
    synchronized void told(RateTold headers) {
        Instant now = clock.instant();
        if (headers.limit() > 0) {
            change(pace.told(headers.limit()));
        }
        if (headers.limit() > 0 && headers.remaining() >= 0) {
            forget(now);
            int own = store.isShared() ? store.since(now.minus(KEPT)).size() : log.size();
            others = Math.max(0, headers.limit() - headers.remaining() - own);
            othersUntil = now.plus(BudgetDecider.WINDOW);
        }
        if (headers.exhausted().compareTo(BudgetDecider.WINDOW) > 0
                || headers.exhausted().toSeconds() > 0 && others > 0) {
            change(pace.stopped(now.plus(headers.exhausted())));
        }
    }

    /** When it is worth asking again; not later than a lane's next token, if nobody else takes it. */
    public synchronized Instant nextFreeAt(Lane lane, boolean full) {
        return mayLeave(log.values(), clock.instant(), lane, full).at();
    }

    /** For the console. */
    public synchronized BudgetView view() {
        Instant now = clock.instant();
        if (store.isShared()) {
            pace = store.pace().load();
        }
        Collection<LoggedRequest> requests = store.isShared() ? store.since(now.minus(KEPT)) : log.values();
        int used = BudgetDecider.used(requests, now);
        int limit = limit(now);
        return new BudgetView(
                configured,
                pace.limit(configured),
                used,
                othersUntil.isAfter(now) ? others : 0,
                Math.max(0, BudgetDecider.usable(limit) - used),
                mayLeave(requests, now, Lane.TRANSACTIONAL, false).at());
    }

    private void forget(Instant now) {
        log.values()
                .removeIf(request ->
                        !request.countedAt(now).plus(BudgetDecider.WINDOW).isAfter(now));
    }
}

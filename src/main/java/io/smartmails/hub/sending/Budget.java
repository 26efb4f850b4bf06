// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.id.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
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
    private static final Duration KEPT =
            BudgetDecider.WINDOW.plus(io.smartmails.hub.smartmails.SmartMailsClient.LONGEST_CALL);

    private final RequestLogStore store;
    private final InstantSource clock;
    private final Ids ids;
    private final Map<String, LoggedRequest> log = new LinkedHashMap<>();
    private final int configuredLimit;
    private int limit;
    private Instant stoppedUntil = Instant.EPOCH;

    /** @param limit requests in any 60 s, at least 1 */
    public Budget(RequestLogStore store, int limit, InstantSource clock, Ids ids) {
        this.store = store;
        this.configuredLimit = limit;
        this.limit = limit;
        this.clock = clock;
        this.ids = ids;
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
    public Optional<Token> take(Lane lane, boolean full) {
        synchronized (this) {
            Instant now = clock.instant();
            forget(now);
            if (!mayLeave(log.values(), now, lane, full).free()) {
                return Optional.empty();
            }
            var request = new LoggedRequest(ids.next("req"), lane, now, null);
            boolean started = store.start(
                    request,
                    now.minus(KEPT),
                    rows -> mayLeave(rows, now, lane, full).free());
            if (!started) {
                adopt(store.since(now.minus(KEPT)));
                return Optional.empty();
            }
            log.put(request.id(), request);
            return Optional.of(new Token(request));
        }
    }

    private void adopt(List<LoggedRequest> rows) {
        log.clear();
        rows.forEach(request -> log.put(request.id(), request));
    }

    private BudgetDecider.Decision mayLeave(Collection<LoggedRequest> requests, Instant now, Lane lane, boolean full) {
        return stoppedUntil.isAfter(now)
                ? new BudgetDecider.Decision(false, stoppedUntil)
                : BudgetDecider.decide(limit, requests, now, lane, full);
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

    /** SmartMails asked for a pause: nobody calls before it is over. */
    public synchronized void stop(Duration pause) {
        Instant until = clock.instant().plus(pause);
        if (until.isAfter(stoppedUntil)) {
            stoppedUntil = until;
        }
    }

    /** The account allows fewer requests than configured. 0 = it did not tell. */
    public synchronized void learn(int requestsPerMinute) {
        limit = requestsPerMinute > 0 ? Math.min(configuredLimit, requestsPerMinute) : configuredLimit;
    }

    /** When it is worth asking again; not later than a lane's next token, if nobody else takes it. */
    public synchronized Instant nextFreeAt(Lane lane, boolean full) {
        return mayLeave(log.values(), clock.instant(), lane, full).at();
    }

    /** For the console. */
    public synchronized BudgetView view() {
        Instant now = clock.instant();
        Collection<LoggedRequest> requests = store.isShared() ? store.since(now.minus(KEPT)) : log.values();
        int used = BudgetDecider.used(requests, now);
        return new BudgetView(
                limit,
                used,
                Math.max(0, BudgetDecider.usable(limit) - used),
                mayLeave(requests, now, Lane.TRANSACTIONAL, false).at());
    }

    private void forget(Instant now) {
        log.values()
                .removeIf(request ->
                        !request.countedAt(now).plus(BudgetDecider.WINDOW).isAfter(now));
    }
}

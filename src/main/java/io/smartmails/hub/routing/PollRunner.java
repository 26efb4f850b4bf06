// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.db.Database;
import io.smartmails.hub.component.PollSchedule;
import io.smartmails.hub.component.Rules;
import io.smartmails.hub.component.Subscription;
import io.smartmails.hub.connector.Connection;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.connector.Delivery;
import io.smartmails.hub.connector.PollPage;
import io.smartmails.hub.connector.Poller;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.CheckpointStore;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.id.Ids;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the polls that rules ask for. Each page and the checkpoint behind it are stored in one commit, so a crash repeats a
 * page at most and the dedupe ids drop the repeat. A busy system is asked again after a back-off, from the checkpoint; one
 * that refuses, at the next interval.
 */
final class PollRunner {
    private static final Logger LOG = LoggerFactory.getLogger(PollRunner.class);

    private record Poll(String connection, String name) {}

    /** @param failures in a row */
    private record Turn(Instant dueAt, int failures, Instant failingSince, String failure) {}

    private final Database database;
    private final EnvelopeStore envelopes;
    private final CheckpointStore checkpoints;
    private final Connectors connectors;
    private final Rules rules;
    private final RetryPolicy retry;
    private final InstantSource clock;
    private final Ids ids;
    private final Wakeup translator;
    private final Map<Poll, Turn> turns = new ConcurrentHashMap<>();

    PollRunner(
            Database database,
            EnvelopeStore envelopes,
            CheckpointStore checkpoints,
            Connectors connectors,
            Rules rules,
            RetryPolicy retry,
            InstantSource clock,
            Ids ids,
            Wakeup translator) {
        this.database = database;
        this.envelopes = envelopes;
        this.checkpoints = checkpoints;
        this.connectors = connectors;
        this.rules = rules;
        this.retry = retry;
        this.clock = clock;
        this.ids = ids;
        this.translator = translator;
    }

    /** What is due now; rules that ask for the same poll share one, at the shortest of their intervals. */
    Set<PollSchedule> due() {
        Map<Poll, PollSchedule> wanted = new HashMap<>();
        for (Subscription subscription : rules.running()) {
            PollSchedule schedule = subscription.schedule();
            if (schedule != null) {
                wanted.merge(
                        poll(schedule),
                        schedule,
                        (one, other) -> one.every().compareTo(other.every()) <= 0 ? one : other);
            }
        }
        turns.keySet().retainAll(wanted.keySet());
        Instant now = clock.instant();
        Set<PollSchedule> due = new HashSet<>();
        wanted.forEach((poll, schedule) -> {
            Turn turn =
                    turns.computeIfAbsent(poll, first -> new Turn(now.plus(schedule.initialDelay()), 0, null, null));
            if (!turn.dueAt().isAfter(now)) {
                due.add(schedule);
            }
        });
        return due;
    }

    /**
     * Reads all pages there are and sets the time of the next turn.
     *
     * @param goOn asked before each page
     */
    void read(PollSchedule schedule, BooleanSupplier goOn) {
        Poll poll = poll(schedule);
        try {
            Connection connection = connectors
                    .connection(poll.connection())
                    .orElseThrow(() -> new PermanentFailure(
                            "connection '" + poll.connection() + "' is not in config/connections.yaml"));
            Poller poller = connection.connector().poll(connection, poll.name());
            PollPage page;
            do {
                page = poller.next(checkpoints.read(poll.connection(), poll.name()));
                store(connection, poll, page);
            } while (page.more() && goOn.getAsBoolean());
            turns.put(poll, new Turn(clock.instant().plus(schedule.every()), 0, null, null));
        } catch (RuntimeException e) {
            turns.put(poll, afterFailure(schedule, turns.get(poll), e));
        }
    }

    private void store(Connection connection, Poll poll, PollPage page) {
        Instant now = clock.instant();
        database.write(tx -> {
            envelopes.accept(
                    tx,
                    page.deliveries().stream()
                            .map(delivery -> envelope(connection, delivery, now))
                            .toList());
            checkpoints.save(tx, poll.connection(), poll.name(), page.checkpoint());
            return null;
        });
        if (!page.deliveries().isEmpty()) {
            translator.signal();
        }
    }

    private Envelope envelope(Connection connection, Delivery delivery, Instant now) {
        return new Envelope(
                ids.next("env"),
                connection.connector().name(),
                connection.name(),
                delivery.topic(),
                delivery.dedupeId(),
                now,
                delivery.keptHeaders(),
                delivery.body(),
                0);
    }

    private Turn afterFailure(PollSchedule schedule, Turn before, RuntimeException failure) {
        Instant now = clock.instant();
        int failures = before == null ? 1 : before.failures() + 1;
        Instant since = before == null || before.failingSince() == null ? now : before.failingSince();
        Instant next = now.plus(schedule.every());
        if (failure instanceof TransientFailure
                && retry.judge(failure, failures, since, now) instanceof RetryPolicy.RetryAt later) {
            next = later.at();
        }
        LOG.warn(
                "Poll {}/{} failed ({} in a row): {}; next at {}",
                schedule.connection(),
                schedule.poll(),
                failures,
                Failures.loggable(failure),
                next);
        return new Turn(next, failures, since, Failures.loggable(failure));
    }

    /** What the last read for a rule failed with; null when it went well, or the rule polls nothing. */
    String failureOf(String rule) {
        return rules.find(rule)
                .map(Subscription::schedule)
                .map(schedule -> turns.get(poll(schedule)))
                .map(Turn::failure)
                .orElse(null);
    }

    private static Poll poll(PollSchedule schedule) {
        return new Poll(schedule.connection(), schedule.poll());
    }
}

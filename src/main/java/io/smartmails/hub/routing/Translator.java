// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.db.Database;
import io.smartmails.hub.component.Rules;
import io.smartmails.hub.connector.Connection;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.RunStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.TimelineStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes events of envelopes by their connector's mapping, and a run per rule that listens. The envelopes of a batch are
 * translated one after the other and committed together; one that fails is alone in that.
 */
final class Translator {
    private static final Logger LOG = LoggerFactory.getLogger(Translator.class);
    private static final int BATCH_ENVELOPES = 100;
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration CONNECTION_MAY_COME_BACK = Duration.ofMinutes(1);

    private final Database database;
    private final EnvelopeStore envelopes;
    private final RunStore runs;
    private final TimelineStore timeline;
    private final Connectors connectors;
    private final ApplicationEvents applications;
    private final Rules rules;
    private final RetryPolicy retry;
    private final InstantSource clock;
    private final Wakeup runner;

    Translator(
            Database database,
            EnvelopeStore envelopes,
            RunStore runs,
            TimelineStore timeline,
            Connectors connectors,
            ApplicationEvents applications,
            Rules rules,
            RetryPolicy retry,
            InstantSource clock,
            Wakeup runner) {
        this.database = database;
        this.envelopes = envelopes;
        this.runs = runs;
        this.timeline = timeline;
        this.connectors = connectors;
        this.applications = applications;
        this.rules = rules;
        this.retry = retry;
        this.clock = clock;
        this.runner = runner;
    }

    /** @return whether the batch was full, so that more may be due */
    boolean translateDue() {
        List<Envelope> batch = envelopes.claim(BATCH_ENVELOPES, LEASE);
        Map<Envelope, CompletableFuture<Boolean>> commits = new LinkedHashMap<>();
        for (Envelope envelope : batch) {
            try {
                List<Event> events = translate(envelope);
                commits.put(envelope, publish(envelope, events));
            } catch (RuntimeException | StackOverflowError e) {
                fail(envelope, e);
            }
        }
        commits.forEach((envelope, commit) -> {
            try {
                commit.join();
            } catch (CompletionException e) {
                fail(envelope, e.getCause());
            }
        });
        if (!batch.isEmpty()) {
            runner.signal();
        }
        return batch.size() == BATCH_ENVELOPES;
    }

    private List<Event> translate(Envelope envelope) {
        if (ApplicationEvents.isOne(envelope)) {
            return List.of(applications.translate(envelope));
        }
        Connection connection = connectors
                .connection(envelope.connection())
                .orElseThrow(() -> new TransientFailure(
                        "connection '" + envelope.connection()
                                + "' is not in config/connections.yaml any more; the envelope is kept until it is back",
                        CONNECTION_MAY_COME_BACK));
        return connection
                .connector()
                .translate(connection, envelope.topic(), envelope.headers(), envelope.body(), envelope.receivedAt());
    }

    private CompletableFuture<Boolean> publish(Envelope envelope, List<Event> events) {
        return database.writeAsync(tx -> {
            if (!envelopes.settle(tx, envelope.id(), !events.isEmpty())) {
                return false; // another holder of the lease was faster
            }
            for (Event event : events) {
                runs.publish(tx, envelope.id(), event, rules.listenersOf(event));
            }
            return true;
        });
    }

    private void fail(Envelope envelope, Throwable failure) {
        var verdict = retry.judge(failure, envelope.attempts(), envelopes.horizonStart(envelope.id()), clock.instant());
        database.write(tx -> {
            envelopes.fail(tx, envelope.id(), verdict);
            Failures.tell(tx, timeline, envelope.id(), "translation", verdict, envelope.id());
            return null;
        });
        if (!(failure instanceof PermanentFailure) && !(failure instanceof TransientFailure)) {
            LOG.error(
                    "The mapping of {} {} failed in a way that is a fault of the hub",
                    envelope.connection(),
                    envelope.topic(),
                    failure);
        }
        LOG.warn(
                "Envelope {} ({} {}) is not translated: {}",
                envelope.id(),
                envelope.connection(),
                envelope.topic(),
                Failures.outcome(verdict));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.db.Database;
import io.smartmails.hub.component.RuleConsumer;
import io.smartmails.hub.component.Rules;
import io.smartmails.hub.component.Subscription;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.Run;
import io.smartmails.hub.queue.RunStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.TimelineStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what is due of one rule, one run after the other, and stores each outcome. A crash anywhere repeats a run or loses
 * nothing: its commands become rows only in the commit that settles it.
 */
final class RuleRunner {
    private static final Logger LOG = LoggerFactory.getLogger(RuleRunner.class);
    private static final int BATCH_RUNS = 50;
    /** Long enough for a batch of a slow rule; a run that outlives it may run twice but is settled once. */
    private static final Duration LEASE = Duration.ofMinutes(5);

    private final Database database;
    private final RunStore runs;
    private final TimelineStore timeline;
    private final RunSettlement settlement;
    private final Rules rules;
    private final RetryPolicy retry;
    private final InstantSource clock;
    private final List<Wakeup> senders;

    RuleRunner(
            Database database,
            RunStore runs,
            TimelineStore timeline,
            RunSettlement settlement,
            Rules rules,
            RetryPolicy retry,
            InstantSource clock,
            List<Wakeup> senders) {
        this.database = database;
        this.runs = runs;
        this.timeline = timeline;
        this.settlement = settlement;
        this.rules = rules;
        this.retry = retry;
        this.clock = clock;
        this.senders = senders;
    }

    boolean hasDue(String rule) {
        return runs.hasDue(rule);
    }

    /**
     * Runs one batch.
     *
     * @param goOn asked before each run; what is left of the batch then goes back
     * @return whether there was anything
     */
    boolean runDue(String rule, BooleanSupplier goOn) {
        List<Run> batch = runs.claim(rule, BATCH_RUNS, LEASE);
        Map<Run, CompletableFuture<Void>> commits = new LinkedHashMap<>();
        for (Run run : batch) {
            Optional<RuleConsumer> consumer = rules.find(rule).map(Subscription::consumer);
            if (consumer.isEmpty() || !goOn.getAsBoolean()) {
                giveBack(run);
            } else {
                run(run, consumer.get(), commits);
            }
        }
        commits.forEach((run, commit) -> {
            try {
                commit.join();
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof RunSettlement.SettledBefore)) {
                    fail(run, e.getCause());
                }
            }
        });
        if (!commits.isEmpty()) {
            senders.forEach(Wakeup::signal);
        }
        return !batch.isEmpty();
    }

    private void run(Run run, RuleConsumer consumer, Map<Run, CompletableFuture<Void>> commits) {
        try {
            commits.put(run, settlement.settle(run, consumer.run(run)));
        } catch (Exception | StackOverflowError e) {
            boolean replaced = rules.find(run.rule())
                    .filter(now -> now.consumer() == consumer)
                    .isEmpty();
            if (replaced) {
                giveBack(run); // the old text was on its way out; the new one decides
            } else {
                fail(run, e);
            }
        }
    }

    private void giveBack(Run run) {
        database.write(tx -> {
            runs.fail(tx, run.id(), new RetryPolicy.RetryAt(clock.instant(), "given back when the rule stopped"));
            return null;
        });
    }

    private void fail(Run run, Throwable failure) {
        var verdict = retry.judge(failure, run.attempts(), run.createdAt(), clock.instant());
        database.write(tx -> {
            runs.fail(tx, run.id(), verdict);
            Failures.tell(tx, timeline, run.envelopeId(), "rule " + run.rule(), verdict, run.id());
            return null;
        });
        LOG.warn(
                "Rule {} failed on event {} of receipt {} (run {}, try {}): {}; {}",
                run.rule(),
                run.eventId(),
                run.envelopeId(),
                run.id(),
                run.attempts(),
                Failures.loggable(failure),
                Failures.outcome(verdict));
    }
}

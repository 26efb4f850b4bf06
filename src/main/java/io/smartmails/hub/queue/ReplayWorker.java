// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.timeline.TimelineStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Carries out replays of many rows, a chunk a commit, so that nothing else waits for the database for long. A chunk and the
 * progress it makes are stored together: after a crash the replay goes on where it was. One node does it at a time.
 */
public final class ReplayWorker extends Worker {
    private static final int CHUNK_ROWS = 200;
    private static final Duration IDLE = Duration.ofSeconds(2);

    private final Database database;
    private final ReplayStore replays;
    private final DeadLetterStore deadLetters;
    private final EventStore events;
    private final TimelineStore timeline;
    private final Rehearsal rules;
    private final SingleRunner runner;
    private final List<Wakeup> woken;

    /** @param woken the workers that get work by a replay */
    public ReplayWorker(
            Database database,
            ReplayStore replays,
            DeadLetterStore deadLetters,
            EventStore events,
            TimelineStore timeline,
            Rehearsal rules,
            SingleRunner runner,
            Wakeup wakeup,
            List<Wakeup> woken) {
        super("replays", wakeup, IDLE);
        this.database = database;
        this.replays = replays;
        this.deadLetters = deadLetters;
        this.events = events;
        this.timeline = timeline;
        this.rules = rules;
        this.runner = runner;
        this.woken = List.copyOf(woken);
    }

    @Override
    protected boolean step() {
        Optional<ReplayJob> next = replays.next();
        if (next.isEmpty() || !runner.mayRun("replays")) {
            return false;
        }
        ReplayJob job = next.get();
        if (job.events() == null) {
            letters(job);
        } else {
            events(job);
        }
        woken.forEach(Wakeup::signal);
        return true;
    }

    private void letters(ReplayJob job) {
        database.write(tx -> {
            int done = 0;
            for (DeadLetter.Kind kind : DeadLetter.Kind.values()) {
                boolean wanted =
                        job.deadLetters().kind() == null || job.deadLetters().kind() == kind;
                if (wanted && done < CHUNK_ROWS) {
                    List<DeadLetterStore.Replayed> chunk = deadLetters.replay(
                            tx, kind, job.deadLetters(), job.cutoff(), CHUNK_ROWS - done, job.again());
                    chunk.forEach(letter -> tell(tx, job, letter.receipt(), letter.id(), "tried"));
                    done += chunk.size();
                }
            }
            replays.progress(tx, job.id(), done, 0, null);
            if (done == 0) {
                replays.end(tx, job.id());
            }
            return null;
        });
    }

    private void events(ReplayJob job) {
        List<EventStore.Stored> chunk = events.page(job.events(), job.position(), CHUNK_ROWS);
        List<List<String>> listeners = chunk.stream()
                .map(stored -> stored.event() == null ? List.<String>of() : rules.listenersOf(stored.event()))
                .toList();
        database.write(tx -> {
            int done = 0;
            int failed = 0;
            for (int i = 0; i < chunk.size(); i++) {
                EventStore.Stored stored = chunk.get(i);
                if (stored.event() == null) {
                    failed++;
                } else {
                    events.runAgain(tx, stored, listeners.get(i), job.again());
                    tell(tx, job, stored.receipt(), stored.id(), "run through its rules");
                    done++;
                }
            }
            String last = chunk.isEmpty()
                    ? job.position()
                    : chunk.get(chunk.size() - 1).id();
            replays.progress(tx, job.id(), done, failed, last);
            if (chunk.isEmpty()) {
                replays.end(tx, job.id());
            }
            return null;
        });
    }

    private void tell(Tx tx, ReplayJob job, String receipt, String id, String what) {
        String text = "it is " + what + " again by the replay " + job.id() + ", asked for by " + job.keyId()
                + (job.again() == null ? "" : "; forced: what was mailed already is mailed again")
                + (job.reason() == null ? "" : ": " + job.reason());
        timeline.add(tx, receipt, "queue", "replayed", text, id);
    }
}

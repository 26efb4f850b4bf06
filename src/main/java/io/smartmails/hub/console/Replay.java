// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.db.Database;
import io.smartmails.hub.queue.DeadLetter;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import java.util.List;

/** Puts a dead letter back where it stopped, says so in its story, and wakes the workers. */
final class Replay {
    private static final int REASON_CHARS = 200;

    private final Database database;
    private final DeadLetterStore deadLetters;
    private final TimelineStore timeline;
    private final List<Wakeup> wakeups;

    Replay(Database database, DeadLetterStore deadLetters, TimelineStore timeline, List<Wakeup> wakeups) {
        this.database = database;
        this.deadLetters = deadLetters;
        this.timeline = timeline;
        this.wakeups = List.copyOf(wakeups);
    }

    /**
     * @param reason of the operator, for the story; may be null
     * @return what was replayed
     * @throws ProblemException {@code not_found}, or {@code invalid_state} when it is no dead letter any more
     */
    DeadLetter replay(String id, String reason, String keyId) {
        DeadLetter letter = deadLetters.find(id).orElseThrow(() -> missing(id));
        boolean replayed = database.write(tx -> {
            boolean done = deadLetters.replay(tx, id);
            if (done) {
                timeline.add(tx, letter.receipt(), "queue", "replayed", detail(letter, reason, keyId), id);
            }
            return done;
        });
        if (!replayed) {
            throw missing(id);
        }
        wakeups.forEach(Wakeup::signal);
        return letter;
    }

    private static String detail(DeadLetter letter, String reason, String keyId) {
        String by = letter.stage() + " of " + letter.about() + " is tried again, asked for by " + keyId;
        if (reason == null || reason.isBlank()) {
            return by;
        }
        return by + ": " + (reason.length() > REASON_CHARS ? reason.substring(0, REASON_CHARS) : reason);
    }

    private ProblemException missing(String id) {
        return deadLetters
                .stateOf(id)
                .map(state -> Problem.of(
                                ProblemCode.INVALID_STATE,
                                "It is " + state
                                        + ", not dead; nothing was replayed. Its timeline tells what happened since.")
                        .with("state", state))
                .orElseGet(() -> Problem.of(
                        ProblemCode.NOT_FOUND,
                        "There is no dead letter with this id. GET /admin/v1/dead-letters lists them."))
                .asException();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.hub.event.Event;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What work would come to now, without doing it: nothing is written, nothing leaves. */
public interface Rehearsal {
    /** A mail that would be asked for. @param expiresAt best-before; null = none */
    record Send(String identity, Instant expiresAt) {}

    /** @param contacts statements about contacts; @param events events the rule would make */
    record Outcome(List<Send> sends, int contacts, List<Event> events) {}

    /**
     * @return what the mapping makes of it
     * @throws io.smartmails.hub.failure.PermanentFailure when it does not fit
     * @throws io.smartmails.hub.failure.TransientFailure when it may later
     */
    List<Event> translate(Envelope envelope);

    /** Ids of the rules that get it. */
    List<String> listenersOf(Event event);

    /**
     * @return empty when it cannot be told: the rule does not run, or has steps that do more than ask for mails, contacts and
     *     events
     * @throws RuntimeException what the rule would fail with
     */
    Optional<Outcome> run(Run run);
}

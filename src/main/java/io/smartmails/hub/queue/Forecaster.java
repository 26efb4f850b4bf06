// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Works out what a replay would come to, by rehearsing it. Reads only. */
public final class Forecaster {
    /** Rows rehearsed one by one, at most; beyond that the figures are scaled up and marked as estimated. */
    static final int REHEARSED = 5_000;

    private static final int PAGE = 500;
    private static final int DERIVED_DEPTH = 10;

    private final DeadLetterStore deadLetters;
    private final EnvelopeStore envelopes;
    private final RunStore runs;
    private final EventStore events;
    private final IdentityStore identities;
    private final Rehearsal rehearsal;
    private final InstantSource clock;

    public Forecaster(
            Database database,
            DeadLetterStore deadLetters,
            EnvelopeStore envelopes,
            RunStore runs,
            EventStore events,
            Rehearsal rehearsal,
            InstantSource clock) {
        this.deadLetters = deadLetters;
        this.envelopes = envelopes;
        this.runs = runs;
        this.events = events;
        this.identities = new IdentityStore(database);
        this.rehearsal = rehearsal;
        this.clock = clock;
    }

    /**
     * @param again mark of a forced replay; null otherwise
     */
    public Forecast of(DeadLetterFilter wanted, Instant cutoff, String again) {
        DeadLetterFilter filter = wanted.until(cutoff);
        Map<DeadLetter.Kind, Long> matched = deadLetters.countByKind(filter);
        DeadLetterStore.DeadItems items = deadLetters.items(filter);
        var tally = new Tally(again);
        for (DeadLetter.Kind kind : List.of(DeadLetter.Kind.ENVELOPE, DeadLetter.Kind.RUN)) {
            var part = new Tally(again, tally.identities);
            int rehearsed = matched.get(kind) == 0 ? 0 : rehearse(kind, filter, part);
            tally.add(part, matched.get(kind), rehearsed);
        }
        tally.willSend += items.sends();
        tally.pastDeadline += items.late();
        tally.contacts += items.contacts();
        return tally.forecast(
                matched.values().stream().mapToLong(Long::longValue).sum());
    }

    public Forecast of(EventFilter filter, String again) {
        long matched = events.count(filter);
        var tally = new Tally(again);
        var part = new Tally(again, tally.identities);
        int rehearsed = 0;
        String last = null;
        List<EventStore.Stored> page;
        do {
            page = events.page(filter, last, Math.min(PAGE, REHEARSED - rehearsed));
            for (EventStore.Stored stored : page) {
                last = stored.id();
                rehearsed++;
                if (stored.event() == null) {
                    part.stillFailing++;
                } else {
                    rules(stored.receipt(), stored.id(), stored.event(), stored.receivedAt(), part, 0);
                }
            }
        } while (page.size() == PAGE && rehearsed < REHEARSED);
        tally.add(part, matched, rehearsed);
        return tally.forecast(matched);
    }

    /** What one envelope would come to, possibly with another body. */
    public Forecast of(Envelope envelope, String again) {
        var tally = new Tally(again);
        rehearse(envelope, tally);
        return tally.forecast(1);
    }

    private int rehearse(DeadLetter.Kind kind, DeadLetterFilter wanted, Tally tally) {
        var filter = new DeadLetterFilter(
                kind, wanted.connection(), wanted.route(), wanted.code(), wanted.after(), wanted.before(), wanted.q());
        int rehearsed = 0;
        DeadLetterPlace last = null;
        List<DeadLetter> page;
        do {
            page = deadLetters.list(filter, last, Math.min(PAGE, REHEARSED - rehearsed));
            for (DeadLetter letter : page) {
                last = DeadLetterPlace.of(letter);
                rehearsed++;
                if (kind == DeadLetter.Kind.ENVELOPE) {
                    envelopes.find(letter.id()).ifPresent(envelope -> rehearse(envelope, tally));
                } else {
                    runs.find(letter.id()).ifPresent(run -> rehearse(run, tally, 0));
                }
            }
        } while (page.size() == PAGE && rehearsed < REHEARSED);
        return rehearsed;
    }

    private void rehearse(Envelope envelope, Tally tally) {
        try {
            for (Event event : rehearsal.translate(envelope)) {
                rules(envelope.id(), "evt_rehearsed", event, envelope.receivedAt(), tally, 0);
            }
        } catch (RuntimeException | StackOverflowError e) {
            tally.fail(e);
        }
    }

    private void rules(String receipt, String eventId, Event event, Instant receivedAt, Tally tally, int depth) {
        for (String rule : rehearsal.listenersOf(event)) {
            rehearse(
                    new Run(
                            "run_rehearsed",
                            receipt,
                            eventId,
                            rule,
                            event,
                            receivedAt,
                            1,
                            clock.instant(),
                            tally.again),
                    tally,
                    depth);
        }
    }

    private void rehearse(Run run, Tally tally, int depth) {
        Optional<Rehearsal.Outcome> outcome;
        try {
            outcome = rehearsal.run(run.again(tally.again));
        } catch (RuntimeException | StackOverflowError e) {
            tally.fail(e);
            return;
        }
        if (outcome.isEmpty()) {
            tally.unknown++;
            return;
        }
        outcome.get().sends().forEach(tally::send);
        tally.contacts += outcome.get().contacts();
        if (depth < DERIVED_DEPTH) {
            for (Event derived : outcome.get().events()) {
                rules(run.envelopeId(), "evt_rehearsed", derived, run.receivedAt(), tally, depth + 1);
            }
        }
    }

    /** Figures under way. */
    private final class Tally {
        private final String again;
        /** Asked for before in this replay: the second one is not mailed. */
        private final Set<String> identities;

        private double willSend;
        private double pastDeadline;
        private double alreadyMailed;
        private double contacts;
        private double stillFailing;
        private double unknown;
        private boolean estimated;

        Tally(String again) {
            this(again, new HashSet<>());
        }

        Tally(String again, Set<String> identities) {
            this.again = again;
            this.identities = identities;
        }

        void send(Rehearsal.Send send) {
            if (!identities.add(send.identity()) || Forecaster.this.identities.isHeld(send.identity())) {
                alreadyMailed++;
            } else if (send.expiresAt() != null && send.expiresAt().isBefore(clock.instant())) {
                pastDeadline++;
            } else {
                willSend++;
            }
        }

        /** What may go well later is not called failing. */
        void fail(Throwable failure) {
            if (failure instanceof PermanentFailure) {
                stillFailing++;
            } else {
                unknown++;
            }
        }

        void add(Tally part, long matched, int rehearsed) {
            double scale = rehearsed == 0 ? 1 : (double) matched / rehearsed;
            estimated |= matched > rehearsed;
            willSend += part.willSend * scale;
            pastDeadline += part.pastDeadline * scale;
            alreadyMailed += part.alreadyMailed * scale;
            contacts += part.contacts * scale;
            stillFailing += part.stillFailing * scale;
            unknown += part.unknown * scale;
        }

        Forecast forecast(long matched) {
            return new Forecast(
                    matched,
                    Math.round(willSend),
                    Math.round(pastDeadline),
                    Math.round(alreadyMailed),
                    Math.round(contacts),
                    Math.round(stillFailing),
                    Math.round(unknown),
                    estimated);
        }
    }
}

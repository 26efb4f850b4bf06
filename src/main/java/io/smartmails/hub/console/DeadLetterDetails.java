// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.event.Event;
import io.smartmails.hub.queue.DeadLetter;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.EditStore;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Rehearsal;
import io.smartmails.hub.queue.Run;
import io.smartmails.hub.queue.RunStore;
import io.smartmails.hub.timeline.Story;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.List;
import java.util.Optional;

/** Gathers what is known of a dead letter. */
final class DeadLetterDetails {
    private final DeadLetterStore deadLetters;
    private final EnvelopeStore envelopes;
    private final RunStore runs;
    private final ItemStore items;
    private final EditStore edits;
    private final StoryStore stories;
    private final Rehearsal rehearsal;

    DeadLetterDetails(
            DeadLetterStore deadLetters,
            EnvelopeStore envelopes,
            RunStore runs,
            ItemStore items,
            EditStore edits,
            StoryStore stories,
            Rehearsal rehearsal) {
        this.deadLetters = deadLetters;
        this.envelopes = envelopes;
        this.runs = runs;
        this.items = items;
        this.edits = edits;
        this.stories = stories;
        this.rehearsal = rehearsal;
    }

    /** @throws io.smartmails.problem.ProblemException {@code not_found} */
    DeadLetterDetail of(String id) {
        DeadLetter letter = deadLetters
                .find(id)
                .orElseThrow(() -> Problem.of(
                                ProblemCode.NOT_FOUND,
                                "There is no dead letter with this id (any more). It may have been replayed.")
                        .asException());
        Envelope envelope = envelopes
                .find(letter.receipt())
                .orElseThrow(() -> new IllegalStateException("the envelope of " + letter.id() + " is gone"));
        Optional<Item> item = letter.kind() == DeadLetter.Kind.ITEM ? items.find(id) : Optional.empty();
        List<Event> events = List.of();
        String failure = null;
        try {
            events = events(letter, envelope, item);
        } catch (RuntimeException e) {
            failure = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        }
        return new DeadLetterDetail(
                letter,
                envelope.connector(),
                cure(letter, envelope),
                envelope.headers(),
                Payload.of(envelope.body()),
                edits.of(id).stream()
                        .findFirst()
                        .map(edit -> Payload.of(edit.original()))
                        .orElse(null),
                events,
                failure,
                item.map(Item::payload).orElse(null),
                tries(letter));
    }

    private List<Event> events(DeadLetter letter, Envelope envelope, Optional<Item> item) {
        if (letter.kind() == DeadLetter.Kind.ENVELOPE) {
            return rehearsal.translate(envelope);
        }
        String run = item.map(Item::runId).orElse(letter.id());
        return run == null
                ? List.of()
                : runs.find(run).map(Run::event).map(List::of).orElse(List.of());
    }

    private List<Story.Entry> tries(DeadLetter letter) {
        return stories.find(letter.receipt())
                .map(story -> story.entries().stream()
                        .filter(entry -> letter.id().equals(entry.ref()))
                        .toList())
                .orElse(List.of());
    }

    private static String cure(DeadLetter letter, Envelope envelope) {
        return switch (letter.kind()) {
            case ENVELOPE ->
                "Mend the mapping of " + envelope.topic() + " in connectors/" + envelope.connector()
                        + "/mappings/ (or the data in the source, or this payload), then replay. The raw bytes are kept.";
            case RUN -> "Mend the rule in routes/" + letter.about() + ".yaml, then replay. Only this rule runs again.";
            case ITEM ->
                "Mend what SmartMails objects to (template, recipient, key, or this message), then replay. What was mailed"
                        + " already is not mailed again.";
        };
    }
}

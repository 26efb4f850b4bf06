// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.queue.DeadLetter;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import java.util.Map;

/**
 * A dead letter with all that is needed to mend its cause.
 *
 * @param cure what to do before the replay
 * @param headers the kept headers of the envelope
 * @param payload the bytes as they came in
 * @param message what was to leave for SmartMails, as JSON; null before the sending stage
 */
record DeadLetterDetail(
        DeadLetter letter,
        String connector,
        String connection,
        String topic,
        String cure,
        Map<String, String> headers,
        Payload payload,
        String message) {

    static DeadLetterDetail of(DeadLetter letter, EnvelopeStore envelopes, ItemStore items) {
        Envelope envelope = envelopes
                .find(letter.receipt())
                .orElseThrow(() -> new IllegalStateException("the envelope of " + letter.id() + " is gone"));
        String message = letter.stage().equals("sending")
                ? items.find(letter.id()).map(Item::payload).orElse(null)
                : null;
        return new DeadLetterDetail(
                letter,
                envelope.connector(),
                envelope.connection(),
                envelope.topic(),
                cure(letter, envelope),
                envelope.headers(),
                Payload.of(envelope.body()),
                message);
    }

    private static String cure(DeadLetter letter, Envelope envelope) {
        return switch (letter.stage()) {
            case "translation" ->
                "Mend the mapping of " + envelope.topic() + " in connectors/" + envelope.connector()
                        + "/mappings/ (or the data in the source), then replay. The raw bytes are kept.";
            case "rule" ->
                "Mend the rule in routes/" + letter.about() + ".yaml, then replay. Only this rule runs again.";
            default ->
                "Mend what SmartMails objects to (template, recipient, key), then replay. What was mailed already is not"
                        + " mailed again.";
        };
    }
}

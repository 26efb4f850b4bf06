// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.event.Event;
import io.smartmails.hub.queue.DeadLetter;
import io.smartmails.hub.timeline.Story;
import java.util.List;
import java.util.Map;

/**
 * A dead letter with all that is needed to mend its cause.
 *
 * @param cure what to do before the replay
 * @param headers the kept headers of the envelope
 * @param payload the bytes as they are now
 * @param original the bytes as they came in, of the letter or of the message; null when nobody edited it
 * @param events what the mapping makes of it now, or the event its rule got; empty when it fails
 * @param mappingFailure why the mapping fails now; null when it does not
 * @param message what was to leave for SmartMails, as JSON; null before the sending stage
 * @param tries what its story tells of it
 */
record DeadLetterDetail(
        DeadLetter letter,
        String connector,
        String cure,
        Map<String, String> headers,
        Payload payload,
        Payload original,
        List<Event> events,
        String mappingFailure,
        String message,
        List<Story.Entry> tries) {

    /** For people. */
    public String mapped() {
        return mappingFailure != null ? mappingFailure : Input.pretty(events);
    }

    /** Whether a form can change it: text that came in, or a message. */
    public boolean isEditable() {
        return letter.kind() == DeadLetter.Kind.ENVELOPE && payload.encoding().equals("text") || isMessage();
    }

    public boolean isMessage() {
        return message != null && !message.equals("{}");
    }

    /** What the form starts with. */
    public String editable() {
        return isMessage() ? Input.prettyText(message) : payload.content();
    }
}

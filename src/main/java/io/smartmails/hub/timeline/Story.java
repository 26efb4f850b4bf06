// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.timeline;

import java.time.Instant;
import java.util.List;

/**
 * What became of one envelope.
 *
 * @param receipt its id
 * @param fate {@code waiting}, {@code delivered}, {@code dropped} or {@code dead}
 * @param entries in the order of time
 */
public record Story(
        String receipt, String connection, String topic, Instant receivedAt, String fate, List<Entry> entries) {

    /**
     * One line of the story.
     *
     * @param stage package of the stage that says it
     * @param what the fact in one word
     * @param detail a sentence for the operator
     * @param ref id of the event, run, item or message it is about; may be null
     */
    public record Entry(Instant at, String stage, String what, String detail, String ref) {}
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Duration;
import java.util.Map;

/**
 * A rule's wish that one mail goes out; becomes an {@link Item} in the commit that settles the run.
 *
 * @param template alias of the template
 * @param recipient address
 * @param step distinguishes two sends of one rule to one recipient; the template alias unless the route says otherwise
 * @param once what counts as "the same mail" when the rule meets the same matter again
 * @param category {@code transactional} or {@code marketing}
 * @param expiresAfter best-before counted from the event's receipt; null = none
 * @param message JSON members of the SmartMails message (to, variables, contact ...), without dedupe id
 */
public record SendCommand(
        String template,
        String recipient,
        String step,
        Once once,
        String category,
        Duration expiresAfter,
        Map<String, Object> message) {

    /** Scope of "already mailed". */
    public enum Once {
        /** One mail per order, fulfilment, customer ...: the default of order events. */
        PER_SUBJECT,
        /** One mail per event: the default of all others. */
        PER_EVENT,
        /** One mail per subject and UTC day. */
        PER_DAY
    }
}

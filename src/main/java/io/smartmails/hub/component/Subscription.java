// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.event.Event;

/**
 * A rule and the events it listens to.
 *
 * @param rule route id
 * @param schedule set when the rule starts with {@code poll:}
 * @param consumer runs the rule; null while its route is stopped: events are kept for it, none is run
 */
public record Subscription(String rule, EventFilter filter, PollSchedule schedule, RuleConsumer consumer) {

    Subscription paused() {
        return new Subscription(rule, filter, schedule, null);
    }

    boolean matches(Event event) {
        return filter.matches(event);
    }
}

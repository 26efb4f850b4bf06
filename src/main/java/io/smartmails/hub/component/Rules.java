// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.event.Event;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The rules that are there, and which of them run. A rule whose route stops, or is being replaced, keeps its subscription,
 * so that no event passes it by; only {@link #remove} ends it. Safe for use by many threads.
 */
public final class Rules {
    private final ConcurrentMap<String, Subscription> byRule = new ConcurrentSkipListMap<>();

    void listen(Subscription subscription) {
        byRule.put(subscription.rule(), subscription);
    }

    void pause(String rule) {
        byRule.computeIfPresent(rule, (id, subscription) -> subscription.paused());
    }

    /** The rule is gone: events pass it by from now on. */
    public void remove(String rule) {
        byRule.remove(rule);
    }

    /** Ids of the rules that get this event, running or paused. */
    public List<String> listenersOf(Event event) {
        return byRule.values().stream()
                .filter(subscription -> subscription.matches(event))
                .map(Subscription::rule)
                .toList();
    }

    public Optional<Subscription> find(String rule) {
        return Optional.ofNullable(byRule.get(rule));
    }

    /** The rules that run now. */
    public List<Subscription> running() {
        return byRule.values().stream()
                .filter(subscription -> subscription.consumer() != null)
                .toList();
    }
}

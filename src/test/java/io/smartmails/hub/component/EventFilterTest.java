// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartmails.hub.event.Event;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventFilterTest {
    private final Event paid = event("order.paid", "orders/paid");

    @ParameterizedTest
    @ValueSource(strings = {"order.paid", "order.*", "*", "shopify/order.paid", "demo-shop/order.paid", "demo-shop/*"})
    void hearsAnEventByTypeConnectorAndConnection(String name) {
        assertThat(EventFilter.named(name).matches(paid)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"order.placed", "orders.*", "order", "salesforce/order.paid", "other-shop/*"})
    void letsOthersPass(String name) {
        assertThat(EventFilter.named(name).matches(paid)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "order paid", "a/b/order.paid", "order.*.paid", "Order.Paid", "/order.paid"})
    void refusesWhatNamesNoEvent(String name) {
        assertThatThrownBy(() -> EventFilter.named(name)).hasMessageContaining("write event:order.paid");
    }

    @Test
    void hearsWhatAPollReadAndNothingElseOfTheConnection() {
        var filter = EventFilter.polled("demo-shop", "poll/contacts");

        assertThat(filter.matches(event("contact.updated", "poll/contacts"))).isTrue();
        assertThat(filter.matches(event("contact.updated", "customers/update"))).isFalse();
    }

    private static Event event(String type, String topic) {
        return new Event(type, "shopify", "demo-shop", topic, "1001", Instant.EPOCH, null, Map.of());
    }
}

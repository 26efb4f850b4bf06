// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.event;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A canonical fact in the past tense.
 *
 * @param type name of the SmartMails contract, for example {@code order.paid}
 * @param connector kind of system it came from, for example {@code shopify}
 * @param connection the account it came from, for example {@code demo-shop}
 * @param topic the vendor's topic or the poll it came by
 * @param subject what it is about, in the connection: an order id, a customer id. Part of the send identity
 * @param occurredAt when it happened, according to the source
 * @param contact the person it concerns; null when the payload names nobody
 * @param data canonical fields, nested maps, lists and scalars
 */
public record Event(
        String type,
        String connector,
        String connection,
        String topic,
        String subject,
        Instant occurredAt,
        Contact contact,
        Map<String, Object> data) {

    public Event {
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
    }
}

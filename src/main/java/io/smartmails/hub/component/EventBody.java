// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.event.Consent;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.event.Event;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/** How a route and a message see an event: nested maps with canonical snake_case names, absent where nothing is known. */
final class EventBody {
    private EventBody() {}

    static Map<String, Object> of(Event event) {
        Map<String, Object> body = about(event);
        body.put("connector", event.connector());
        body.put("connection", event.connection());
        body.put("topic", event.topic());
        if (event.contact() != null) {
            body.put("contact", contact(event));
        }
        body.put("data", event.data());
        return body;
    }

    /** What the event is, without its content. */
    static Map<String, Object> about(Event event) {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("type", event.type());
        about.put("subject", event.subject());
        putKnown(about, "occurred_at", text(event.occurredAt()));
        return about;
    }

    private static Map<String, Object> contact(Event event) {
        Contact contact = event.contact();
        Map<String, Object> members = inlineContact(event);
        putKnown(members, "phone", contact.phone());
        putKnown(members, "company", contact.company());
        putKnown(members, "timezone", contact.timezone());
        putKnown(members, "country", contact.country());
        putKnown(members, "city", contact.city());
        members.put("fields", contact.fields());
        members.put("tags", contact.tags());
        return members;
    }

    /** The contact of a message, in the members of the SmartMails contract. */
    static Map<String, Object> inlineContact(Event event) {
        Contact contact = event.contact();
        Map<String, Object> members = new LinkedHashMap<>();
        putKnown(members, "email", contact.email());
        putKnown(members, "first_name", contact.firstName());
        putKnown(members, "last_name", contact.lastName());
        putKnown(members, "locale", contact.locale());
        if (contact.sourceId() != null) {
            members.put("external_ids", Map.of(event.connector(), contact.sourceId()));
        }
        if (contact.consent() != null && contact.consent().state() != Consent.State.UNKNOWN) {
            members.put("consent", consent(event, contact.consent()));
        }
        return members;
    }

    private static Map<String, Object> consent(Event event, Consent consent) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("status", consent.state().name().toLowerCase(Locale.ROOT));
        members.put("source", event.connector());
        putKnown(members, "method", consent.method());
        putKnown(members, "at", text(consent.at()));
        putKnown(members, "text", consent.evidence());
        return members;
    }

    /**
     * Every node of the event by its path: {@code event.data.total.amount}, {@code event.data.items[0].title}. Simple finds
     * a variable by its whole name first, so a path reads the same in a route as in this documentation, and an absent one is
     * null instead of an error that prints the payload.
     */
    static void paths(Map<String, Object> body, BiConsumer<String, Object> variables) {
        body.forEach((name, value) -> path("event." + name, value, variables));
    }

    private static void path(String path, Object value, BiConsumer<String, Object> variables) {
        if (value == null) {
            return;
        }
        variables.accept(path, value);
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, inner) -> path(path + "." + name, inner, variables));
        } else if (value instanceof List<?> list) {
            for (int index = 0; index < list.size(); index++) {
                path(path + "[" + index + "]", list.get(index), variables);
            }
        }
    }

    private static void putKnown(Map<String, Object> members, String name, Object value) {
        if (value != null) {
            members.put(name, value);
        }
    }

    private static String text(Instant instant) {
        return instant == null ? null : instant.toString();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import io.smartmails.hub.event.Consent;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.event.Event;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** One mapping file: the payload of a topic to a canonical event. The language is described in docs/connectors.md. */
final class Mapping {
    private static final Pattern EVENT = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)+");
    private static final List<String> CONTACT = List.of(
            "source_id",
            "email",
            "first_name",
            "last_name",
            "phone",
            "company",
            "locale",
            "timezone",
            "country",
            "city",
            "tags",
            "fields",
            "consent",
            "updated_at");

    /** An expression and where its line stands, for what is wrong with its result. */
    private record Part(Expression expression, int line, String key) {
        static Part read(YamlPlace place) {
            return new Part(Expression.read(place), place.line(), place.key());
        }

        Object value(MappingInput input) {
            return expression.value(input);
        }
    }

    private final String file;
    private final Part event;
    private final Part onlyIf;
    private final Part subject;
    private final Part occurredAt;
    private final Map<String, Part> contact = new LinkedHashMap<>();
    private final Map<String, Part> consent = new LinkedHashMap<>();
    private final Part data;

    Mapping(YamlPlace place) {
        place.allow("event", "only-if", "subject", "occurred_at", "contact", "data");
        file = place.file();
        event = event(place.get("event"));
        onlyIf = place.find("only-if").map(Part::read).orElse(null);
        subject = Part.read(place.get("subject"));
        occurredAt = Part.read(place.get("occurred_at"));
        place.find("contact").ifPresent(this::readContact);
        data = place.find("data").map(Part::read).orElse(null);
    }

    private static Part event(YamlPlace place) {
        if (place.isMapping()) {
            return Part.read(place);
        }
        if (!EVENT.matcher(place.text()).matches()) {
            throw place.error("'" + place.text() + "' is not an event name; one looks like order.paid");
        }
        return new Part(new Expression.Literal(place.text()), place.line(), place.key());
    }

    private void readContact(YamlPlace place) {
        place.allow(CONTACT).members().forEach((name, member) -> {
            if (name.equals("consent")) {
                member.allow("state", "method", "at", "evidence").get("state");
                member.members().forEach((part, expression) -> consent.put(part, Part.read(expression)));
            } else {
                contact.put(name, Part.read(member));
            }
        });
    }

    /** @return empty when the mapping's {@code only-if} finds nothing, which is no failure */
    Optional<Event> apply(Connection connection, MappingInput input) {
        if (onlyIf != null && onlyIf.value(input) == null) {
            return Optional.empty();
        }
        var type = input.text(event.value(input), event.line(), event.key());
        if (type == null || !EVENT.matcher(type).matches()) {
            throw input.failure("no event name comes out", event.line(), event.key(), "name one such as order.paid");
        }
        var about = input.text(subject.value(input), subject.line(), subject.key());
        if (about == null) {
            throw input.missing("a value", subject.line(), subject.key());
        }
        var at = input.time(occurredAt.value(input), occurredAt.line(), occurredAt.key());
        if (at == null) {
            throw input.missing("a value", occurredAt.line(), occurredAt.key());
        }
        return Optional.of(new Event(
                type,
                connection.connector().name(),
                connection.name(),
                input.topic(),
                about,
                at,
                contact.isEmpty() ? null : contact(input),
                group(data, input)));
    }

    private Contact contact(MappingInput input) {
        var tags = contact.get("tags");
        var updatedAt = contact.get("updated_at");
        return new Contact(
                text(contact, "source_id", input),
                text(contact, "email", input),
                text(contact, "first_name", input),
                text(contact, "last_name", input),
                text(contact, "phone", input),
                text(contact, "company", input),
                text(contact, "locale", input),
                text(contact, "timezone", input),
                text(contact, "country", input),
                text(contact, "city", input),
                group(contact.get("fields"), input),
                tags == null ? null : input.texts(tags.value(input), tags.line(), tags.key()),
                consent(input),
                updatedAt == null ? null : input.time(updatedAt.value(input), updatedAt.line(), updatedAt.key()));
    }

    private Consent consent(MappingInput input) {
        var state = text(consent, "state", input);
        if (state == null) {
            return null;
        }
        var part = consent.get("state");
        var at = consent.get("at");
        try {
            return new Consent(
                    Consent.State.valueOf(state.toUpperCase(Locale.ROOT)),
                    text(consent, "method", input),
                    at == null ? null : input.time(at.value(input), at.line(), at.key()),
                    text(consent, "evidence", input));
        } catch (IllegalArgumentException e) {
            throw input.failure(
                    "the consent is none of subscribed, unsubscribed, pending, unknown",
                    part.line(),
                    part.key(),
                    "translate it with {from: ..., map: ...}");
        }
    }

    private static String text(Map<String, Part> parts, String name, MappingInput input) {
        var part = parts.get(name);
        return part == null ? null : input.text(part.value(input), part.line(), part.key());
    }

    private static Map<String, Object> group(Part part, MappingInput input) {
        if (part == null) {
            return Map.of();
        }
        var value = part.value(input);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw input.failure(
                    "a single value stands where named values belong", part.line(), part.key(), "name them");
        }
        var group = new LinkedHashMap<String, Object>();
        map.forEach((name, member) -> group.put(String.valueOf(name), member));
        return group;
    }

    String file() {
        return file;
    }
}

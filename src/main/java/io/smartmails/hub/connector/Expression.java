// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One right-hand side of a mapping: how a canonical value is found in a payload. Null means "the source did not say". */
sealed interface Expression {
    Object value(MappingInput input);

    /** The same, except that nothing found is no failure: one of several alternatives. */
    default Expression optional() {
        return this;
    }

    /** @param place a pointer, a list of alternatives, one of the forms in docs/connectors.md, or nested members */
    static Expression read(YamlPlace place) {
        return read(place, place.key());
    }

    /** @param key the canonical name in messages, which a nested form inherits */
    private static Expression read(YamlPlace place, String key) {
        if (place.isList()) {
            return new FirstPresent(
                    place.items().stream().map(item -> read(item, key)).toList(), place.line(), key);
        }
        if (!place.isMapping()) {
            return scalar(place, key);
        }
        var keys = place.members().keySet();
        if (keys.equals(Set.of("value"))) {
            return new Literal(place.members().get("value").literal());
        }
        if (keys.equals(Set.of("text"))) {
            return new Text(read(place.get("text"), key), place.line(), key);
        }
        if (keys.contains("from") && keys.contains("map")) {
            return Lookup.read(place.allow("from", "map", "else"), key);
        }
        if (keys.contains("each") && keys.contains("do")) {
            place.allow("each", "do");
            return new Each(read(place.get("each"), key), read(place.get("do")), place.line(), key);
        }
        var members = new LinkedHashMap<String, Expression>();
        place.members().forEach((name, member) -> members.put(name, read(member)));
        return new Members(members);
    }

    private static Expression scalar(YamlPlace place, String key) {
        var written = place.text();
        var optional = written.endsWith("?");
        var text = optional ? written.substring(0, written.length() - 1) : written;
        if (text.startsWith("/")) {
            return new AtPointer(Pointer.of(text, place), optional, place.line(), key);
        }
        if (text.startsWith("header:")) {
            return new Header(text.substring("header:".length()), optional, place.line(), key);
        }
        if (written.equals("none")) {
            return new None();
        }
        if (text.equals("received-at")) {
            return new ReceivedAt();
        }
        throw place.error("'" + written + "' is not a place in the payload; write a pointer such as /customer/email, "
                + "header:NAME, received-at, or {value: " + written + "} for a fixed value");
    }

    record AtPointer(Pointer pointer, boolean mayBeAbsent, int line, String key) implements Expression {
        @Override
        public Expression optional() {
            return new AtPointer(pointer, true, line, key);
        }

        @Override
        public Object value(MappingInput input) {
            var node = pointer.in(input.node());
            if (MappingInput.present(node)) {
                return MappingInput.plain(node);
            }
            if (mayBeAbsent) {
                return null;
            }
            throw input.missing(pointer.text(), line, key);
        }
    }

    record Header(String name, boolean mayBeAbsent, int line, String key) implements Expression {
        @Override
        public Expression optional() {
            return new Header(name, true, line, key);
        }

        @Override
        public Object value(MappingInput input) {
            var value = input.header(name);
            if (value.isEmpty() && !mayBeAbsent) {
                throw input.missing("the header '" + name + "'", line, key);
            }
            return value.orElse(null);
        }
    }

    /** As the last of several alternatives: the source need not say. */
    record None() implements Expression {
        @Override
        public Object value(MappingInput input) {
            return null;
        }
    }

    /** When the hub received the payload: the last resort for a time. */
    record ReceivedAt() implements Expression {
        @Override
        public Object value(MappingInput input) {
            return input.receivedAt();
        }
    }

    record Literal(Object literal) implements Expression {
        @Override
        public Object value(MappingInput input) {
            return literal;
        }
    }

    /** Alternatives in order; required unless the last one is optional or {@code none}. */
    record FirstPresent(List<Expression> alternatives, int line, String key) implements Expression {
        @Override
        public Object value(MappingInput input) {
            for (var alternative : alternatives) {
                var value = alternative.optional().value(input);
                if (value != null) {
                    return value;
                }
            }
            if (mayBeAbsent()) {
                return null;
            }
            throw input.missing("each of " + names(), line, key);
        }

        private boolean mayBeAbsent() {
            var last = alternatives.isEmpty() ? null : alternatives.get(alternatives.size() - 1);
            return last instanceof None
                    || last instanceof AtPointer place && place.mayBeAbsent()
                    || last instanceof Header header && header.mayBeAbsent();
        }

        private List<String> names() {
            var names = new ArrayList<String>();
            for (var given : alternatives) {
                var alternative = given instanceof Text text ? text.of() : given;
                if (alternative instanceof AtPointer place) {
                    names.add(place.pointer().text());
                } else if (alternative instanceof Header header) {
                    names.add("header:" + header.name());
                }
            }
            return names;
        }
    }

    /** A number or true/false written as text, for ids and money. */
    record Text(Expression of, int line, String key) implements Expression {
        @Override
        public Expression optional() {
            return new Text(of.optional(), line, key);
        }

        @Override
        public Object value(MappingInput input) {
            return input.text(of.value(input), line, key);
        }
    }

    /** A vendor's word to ours, letter case aside; nothing found and no {@code else} is an error. */
    record Lookup(Expression from, Map<String, Object> words, boolean hasElse, Object otherwise, int line, String key)
            implements Expression {
        static Lookup read(YamlPlace place, String key) {
            var words = new LinkedHashMap<String, Object>();
            place.get("map")
                    .members()
                    .forEach((word, ours) -> words.put(word.toLowerCase(Locale.ROOT), ours.literal()));
            var otherwise = place.members().get("else");
            return new Lookup(
                    Expression.read(place.get("from"), key),
                    words,
                    otherwise != null,
                    otherwise == null ? null : otherwise.literal(),
                    place.line(),
                    key);
        }

        @Override
        public Object value(MappingInput input) {
            var value = input.text(from.value(input), line, key);
            if (value != null && words.containsKey(value.toLowerCase(Locale.ROOT))) {
                return words.get(value.toLowerCase(Locale.ROOT));
            }
            if (value == null || hasElse) {
                return otherwise;
            }
            throw input.failure("a value is none of " + words.keySet(), line, key, "add it to 'map' or give an 'else'");
        }
    }

    /** One result per element of a list; a list that is not there gives none. */
    record Each(Expression list, Expression element, int line, String key) implements Expression {
        @Override
        public Object value(MappingInput input) {
            return input.elements(list, line, key).stream()
                    .map(element::value)
                    .filter(value -> value != null)
                    .toList();
        }
    }

    /** Nested members; what the source did not say is left out, and so is a group that is empty for that reason. */
    record Members(Map<String, Expression> members) implements Expression {
        @Override
        public Object value(MappingInput input) {
            var values = new LinkedHashMap<String, Object>();
            members.forEach((name, member) -> {
                var value = member.value(input);
                if (value != null) {
                    values.put(name, value instanceof Instant instant ? instant.toString() : value);
                }
            });
            return values.isEmpty() ? null : values;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The headers a vendor sends, by a short name of ours; each may have several spellings (header families).
 *
 * @param names our name to the vendor's lower-case names
 */
record VendorHeaders(Map<String, List<String>> names) {
    /** Two values where there must be one: nobody can say which of them was meant. */
    static final class Ambiguous extends Exception {
        Ambiguous(String name) {
            super("the header '" + name + "' came with more than one value", null, false, false);
        }
    }

    static VendorHeaders read(YamlPlace place) {
        var names = new LinkedHashMap<String, List<String>>();
        place.members()
                .forEach((name, spellings) -> names.put(
                        name,
                        spellings.texts().stream()
                                .map(text -> text.toLowerCase(Locale.ROOT))
                                .toList()));
        return new VendorHeaders(names);
    }

    boolean knows(String name) {
        return names.containsKey(name);
    }

    /** The one value of a header over all its spellings; blank counts as absent. */
    Optional<String> value(String name, Map<String, List<String>> headers) throws Ambiguous {
        Set<String> values = new LinkedHashSet<>();
        for (var spelling : names.get(name)) {
            var given = headers.getOrDefault(spelling, List.of());
            if (given.size() > 1) {
                throw new Ambiguous(name);
            }
            given.stream().filter(value -> !value.isBlank()).map(String::strip).forEach(values::add);
        }
        if (values.size() > 1) {
            throw new Ambiguous(name);
        }
        return values.stream().findFirst();
    }

    /** The value among headers that were kept at the door. */
    Optional<String> kept(String name, Map<String, String> headers) {
        return names.getOrDefault(name, List.of()).stream()
                .filter(headers::containsKey)
                .map(headers::get)
                .findFirst();
    }

    /** What goes to the journal: every declared header that is there, except the one that carries proof. */
    Map<String, String> keep(Map<String, List<String>> headers, String proof) {
        return names.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(proof))
                .flatMap(entry -> entry.getValue().stream())
                .filter(spelling -> !headers.getOrDefault(spelling, List.of()).isEmpty())
                .collect(Collectors.toMap(
                        spelling -> spelling, spelling -> headers.get(spelling).get(0), (first, second) -> first));
    }
}

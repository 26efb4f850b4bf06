// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.hub.event.Consent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A contact as applications see it (contract 4.10). */
final class ContactView {
    private static final String SUBSCRIBED = "subscribed";

    private ContactView() {}

    /** What may be mailed, in one word. */
    static String status(Person person, List<Suppression> suppressions) {
        if (person.isArchived()) {
            return "archived";
        }
        if (suppressions.stream().anyMatch(Suppression::isComplaint)) {
            return "complained";
        }
        if (suppressions.stream().anyMatch(Suppression::isBounce)) {
            return "bounced";
        }
        Consent.State state = person.consent().state();
        if (state == Consent.State.UNSUBSCRIBED || suppressions.stream().anyMatch(Suppression::isOptOut)) {
            return "unsubscribed";
        }
        return state == Consent.State.SUBSCRIBED ? SUBSCRIBED : "pending";
    }

    /** @param lists ids of the lists there are */
    static List<Map<String, Object>> of(
            Collection<ContactStore.Row> rows, List<ContactStore.SourceId> sources, Set<String> lists) {
        Map<String, SortedMap<String, String>> external = externalIds(sources);
        List<Map<String, Object>> views = new ArrayList<>();
        for (ContactStore.Row row : rows) {
            views.add(of(row, external.getOrDefault(row.id(), new TreeMap<>()), lists));
        }
        return views;
    }

    /** Namespace to value, by contact; what an application set wins over what a connection says. */
    static Map<String, SortedMap<String, String>> externalIds(List<ContactStore.SourceId> sources) {
        Map<String, SortedMap<String, String>> ids = new HashMap<>();
        Map<String, String> owners = new HashMap<>();
        for (ContactStore.SourceId source : sources) {
            String place = source.contactId() + " " + source.connector();
            String rank = (source.connection().startsWith(Contacts.API) ? "1" : "0") + source.sourceId();
            if (owners.merge(place, rank, (a, b) -> a.compareTo(b) >= 0 ? a : b).equals(rank)) {
                ids.computeIfAbsent(source.contactId(), id -> new TreeMap<>())
                        .put(source.connector(), source.sourceId());
            }
        }
        return ids;
    }

    private static Map<String, Object> of(
            ContactStore.Row row, SortedMap<String, String> externalIds, Set<String> known) {
        Person person = row.person();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", row.id());
        view.put("email", person.emailKey());
        view.put("external_ids", externalIds);
        for (String name : Contacts.TEXTS) {
            view.put(name, person.value(name));
        }
        view.put("fields", under(person, Person.OWN_FIELD));
        view.put("tags", person.tags());
        view.put("lists", person.lists().stream().filter(known::contains).toList());
        view.put("status", row.status());
        view.put("consent", consent(person.consent()));
        view.put("topics", under(person, Person.TOPIC));
        view.put("source", person.marks().source());
        view.put("source_updated_at", Times.text(person.marks().sourceAt()));
        view.put("created_at", Times.text(row.createdAt()));
        view.put("updated_at", Times.text(row.changedAt()));
        return view;
    }

    private static Map<String, Object> under(Person person, String prefix) {
        Map<String, Object> values = new TreeMap<>();
        person.facts().forEach((name, fact) -> {
            if (name.startsWith(prefix) && fact.value() != null) {
                values.put(name.substring(prefix.length()), fact.value());
            }
        });
        return values;
    }

    private static Map<String, Object> consent(ConsentRecord consent) {
        ConsentRecord.Said said = consent.decisive();
        if (said == null || said.isBare()) {
            return null;
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("status", consent.state().name().toLowerCase(Locale.ROOT));
        view.put("source", said.by());
        view.put("method", said.method());
        view.put("ip", said.ip());
        view.put("at", said.at() > 0 ? Times.text(said.at()) : null);
        view.put("text", said.evidence());
        return view;
    }
}

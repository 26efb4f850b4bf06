// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.hub.contact.ContactLedger.Outgoing;
import io.smartmails.hub.event.Consent;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A contact as SmartMails takes it (contract 4.10). */
final class ContactLeaving {
    /** Namespace under which SmartMails knows people by the hub's id. */
    private static final String HUB = "hub";

    private ContactLeaving() {}

    /** @param listNames by id */
    static Outgoing of(ContactStore.Row row, SortedMap<String, String> sources, Map<String, String> listNames) {
        Person person = row.person();
        Map<String, Object> members = new LinkedHashMap<>();
        Map<String, Object> own = new TreeMap<>();
        Map<String, Object> topics = new TreeMap<>();
        person.facts().forEach((name, fact) -> {
            if (name.startsWith(Person.OWN_FIELD)) {
                own.put(name.substring(Person.OWN_FIELD.length()), fact.value());
            } else if (name.startsWith(Person.TOPIC)) {
                if (fact.value() != null) {
                    topics.put(name.substring(Person.TOPIC.length()), fact.value());
                }
            } else {
                members.put(name, fact.value());
            }
        });
        SortedMap<String, String> externalIds = new TreeMap<>(sources);
        if (person.marks().known()) {
            // An application may change the address of somebody whom no source knows.
            externalIds.put(HUB, row.id());
        }
        if (!externalIds.isEmpty()) {
            members.put("external_ids", externalIds);
        }
        if (!own.isEmpty()) {
            members.put("fields", own);
        }
        if (!topics.isEmpty()) {
            members.put("topics", topics);
        }
        Map<String, Object> tags = new LinkedHashMap<>();
        if (!person.tags().isEmpty()) {
            tags.put("add", person.tags());
        }
        if (!person.marks().leftTags().isEmpty()) {
            tags.put("remove", person.marks().leftTags().keySet());
        }
        if (!tags.isEmpty()) {
            members.put("tags", tags);
        }
        consent(person.consent()).ifPresent(consent -> members.put("consent", consent));
        members.put("source", "smartmails-hub");
        members.put("source_updated_at", Instant.ofEpochMilli(row.changedAt()).toString());
        String reference = !person.isArchived()
                ? null
                : person.emailKey() != null
                        ? person.emailKey()
                        : "ext:" + externalIds.firstKey() + ":" + externalIds.get(externalIds.firstKey());
        return new Outgoing(
                members,
                named(person.lists(), listNames),
                named(person.marks().leftLists().keySet(), listNames),
                externalIds.keySet(),
                reference);
    }

    private static SortedSet<String> named(Collection<String> listIds, Map<String, String> names) {
        return listIds.stream().map(names::get).filter(Objects::nonNull).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Optional<Map<String, Object>> consent(ConsentRecord consent) {
        if (consent.state() == Consent.State.UNKNOWN) {
            return Optional.empty();
        }
        ConsentRecord.Said decisive = consent.decisive();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("status", consent.state().name().toLowerCase(Locale.ROOT));
        members.put("source", decisive.by());
        if (decisive.method() != null) {
            members.put("method", decisive.method());
        }
        if (decisive.at() > 0) {
            members.put("at", Instant.ofEpochMilli(decisive.at()).toString());
        }
        if (decisive.ip() != null) {
            members.put("ip", decisive.ip());
        }
        if (decisive.evidence() != null) {
            members.put("text", decisive.evidence());
        }
        return Optional.of(members);
    }
}

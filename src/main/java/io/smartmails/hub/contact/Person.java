// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.hub.event.Contact;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is known about one person: the newest fact per field, the sum of lists and tags, the consent record. Merging two is
 * commutative and repeatable.
 *
 * @param facts by SmartMails' field name; own fields as {@code fields.NAME}; the address as {@code email}
 */
record Person(SortedMap<String, Fact> facts, SortedSet<String> lists, SortedSet<String> tags, ConsentRecord consent) {
    static final String EMAIL = "email";
    static final String OWN_FIELD = "fields.";
    /** 64 before the @, 255 after it (RFC 5321 4.5.3.1). */
    private static final int LONGEST_ADDRESS = 320;

    /**
     * @param saidAt version of the statement, epoch ms
     * @param now of the receipt, epoch ms
     */
    static Person said(
            Contact contact, String connection, long saidAt, long now, List<String> lists, List<String> tags) {
        Map<String, Object> values = new HashMap<>();
        values.put(EMAIL, address(contact.email()));
        values.put("first_name", contact.firstName());
        values.put("last_name", contact.lastName());
        values.put("phone", contact.phone());
        values.put("company", contact.company());
        values.put("locale", contact.locale());
        values.put("timezone", contact.timezone());
        values.put("country", contact.country());
        values.put("city", contact.city());
        contact.fields().forEach((name, value) -> values.put(OWN_FIELD + name, value));
        SortedMap<String, Fact> facts = new TreeMap<>();
        values.forEach((name, value) -> {
            if (value != null && !value.equals("")) {
                facts.put(name, new Fact(value, saidAt, connection));
            }
        });
        SortedSet<String> allTags = new TreeSet<>(contact.tags());
        allTags.addAll(tags);
        return new Person(
                facts, new TreeSet<>(lists), allTags, ConsentRecord.of(contact.consent(), saidAt, connection, now));
    }

    /** Null for what no database or mail server could take for one; whether it exists SmartMails says. */
    private static String address(String written) {
        String address = written == null ? "" : written.strip();
        return address.length() > LONGEST_ADDRESS || address.indexOf('\0') >= 0 ? null : address;
    }

    Person withoutAddress() {
        SortedMap<String, Fact> others = new TreeMap<>(facts);
        others.remove(EMAIL);
        return new Person(others, lists, tags, consent);
    }

    Person and(Person other) {
        SortedMap<String, Fact> allFacts = new TreeMap<>(facts);
        other.facts.forEach(
                (name, fact) -> allFacts.merge(name, fact, (mine, theirs) -> mine.losesTo(theirs) ? theirs : mine));
        SortedSet<String> allLists = new TreeSet<>(lists);
        allLists.addAll(other.lists);
        SortedSet<String> allTags = new TreeSet<>(tags);
        allTags.addAll(other.tags);
        return new Person(allFacts, allLists, allTags, consent.and(other.consent));
    }

    /** Null when no address is known. */
    String email() {
        Fact email = facts.get(EMAIL);
        return email == null ? null : email.value().toString();
    }

    /** What two addresses are compared by. */
    String emailKey() {
        return email() == null ? null : email().toLowerCase(Locale.ROOT);
    }

    /** Whether SmartMails would see no difference: times and sources of equal values do not count. */
    boolean looksLike(Person other) {
        return values().equals(other.values())
                && lists.equals(other.lists)
                && tags.equals(other.tags)
                && consent.state() == other.consent.state()
                && Objects.equals(consent.decisive(), other.consent.decisive());
    }

    private Map<String, String> values() {
        Map<String, String> values = new HashMap<>();
        facts.forEach((name, fact) -> values.put(name, String.valueOf(fact.value())));
        return values;
    }
}

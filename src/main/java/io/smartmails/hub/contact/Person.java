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
 * @param facts by SmartMails' field name; own fields as {@code fields.NAME}, topics as {@code topics.NAME}, the address as
 *     {@code email}; a value of null was cleared
 * @param lists ids
 * @param marks null in rows of before there were any
 */
record Person(
        SortedMap<String, Fact> facts,
        SortedSet<String> lists,
        SortedSet<String> tags,
        ConsentRecord consent,
        Marks marks) {
    static final String EMAIL = "email";
    static final String OWN_FIELD = "fields.";
    static final String TOPIC = "topics.";
    static final Person NOBODY =
            new Person(new TreeMap<>(), new TreeSet<>(), new TreeSet<>(), ConsentRecord.NONE, Marks.NONE);
    /** 64 before the @, 255 after it (RFC 5321 4.5.3.1). */
    private static final int LONGEST_ADDRESS = 320;

    Person {
        marks = marks == null ? Marks.NONE : marks;
    }

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
                facts,
                new TreeSet<>(lists),
                allTags,
                ConsentRecord.of(contact.consent(), saidAt, connection, now),
                Marks.NONE);
    }

    /** Null for what no database or mail server could take for one; whether it exists SmartMails says. */
    private static String address(String written) {
        String address = written == null ? "" : written.strip();
        return address.length() > LONGEST_ADDRESS || address.indexOf('\0') >= 0 ? null : address;
    }

    Person withoutAddress() {
        SortedMap<String, Fact> others = new TreeMap<>(facts);
        others.remove(EMAIL);
        return new Person(others, lists, tags, consent, marks);
    }

    Person withLists(SortedSet<String> others) {
        return new Person(facts, others, tags, consent, marks);
    }

    Person with(Marks others) {
        return new Person(facts, lists, tags, consent, others);
    }

    /**
     * This person after a statement of a source: what an application took away later than the source says it stays away, and
     * what the source says again comes back.
     *
     * @param saidAt version of the statement, epoch ms
     */
    Person hears(Person statement, long saidAt) {
        var left = new Marks(
                new TreeMap<>(marks.leftLists()),
                new TreeMap<>(marks.leftTags()),
                marks.versions(),
                marks.archivedAt() != null && marks.archivedAt() < saidAt ? null : marks.archivedAt(),
                marks.source(),
                marks.sourceAt(),
                marks.known());
        Person heard = new Person(
                statement.facts,
                stillSaid(statement.lists, left.leftLists(), saidAt),
                stillSaid(statement.tags, left.leftTags(), saidAt),
                statement.consent,
                Marks.NONE);
        return with(Marks.NONE).and(heard).with(left);
    }

    private static SortedSet<String> stillSaid(SortedSet<String> names, SortedMap<String, Long> left, long saidAt) {
        SortedSet<String> said = new TreeSet<>(names);
        said.removeIf(name -> left.getOrDefault(name, Long.MIN_VALUE) >= saidAt);
        left.keySet().removeAll(said);
        return said;
    }

    Person and(Person other) {
        SortedMap<String, Fact> allFacts = new TreeMap<>(facts);
        other.facts.forEach(
                (name, fact) -> allFacts.merge(name, fact, (mine, theirs) -> mine.losesTo(theirs) ? theirs : mine));
        SortedSet<String> allLists = new TreeSet<>(lists);
        allLists.addAll(other.lists);
        SortedSet<String> allTags = new TreeSet<>(tags);
        allTags.addAll(other.tags);
        Marks all = marks.and(other.marks);
        all.leftLists().keySet().removeAll(allLists);
        all.leftTags().keySet().removeAll(allTags);
        return new Person(allFacts, allLists, allTags, consent.and(other.consent), all);
    }

    /** Null when no address is known. */
    String email() {
        Fact email = facts.get(EMAIL);
        return email == null || email.value() == null ? null : email.value().toString();
    }

    /** The value of a fact; null when it is not known or was cleared. */
    Object value(String name) {
        Fact fact = facts.get(name);
        return fact == null ? null : fact.value();
    }

    boolean isArchived() {
        return marks.archivedAt() != null;
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
                && marks.leftLists().keySet().equals(other.marks.leftLists().keySet())
                && marks.leftTags().keySet().equals(other.marks.leftTags().keySet())
                && (marks.archivedAt() == null) == (other.marks.archivedAt() == null)
                && consent.state() == other.consent.state()
                && Objects.equals(consent.decisive(), other.consent.decisive());
    }

    private Map<String, String> values() {
        Map<String, String> values = new HashMap<>();
        facts.forEach((name, fact) -> values.put(name, String.valueOf(fact.value())));
        return values;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.event.Consent;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.queue.ContactCommand;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.id.Ids;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Merges what sources say about people, one row per person.
 *
 * <p>A person is found by the source's id first, then by address (compared in lower case). A changed address moves along;
 * if it belongs to another row, the two are one person. An address that a person gave up finds nobody any more: it may be
 * somebody else's by now. What was not said never clears anything.
 */
public class ContactLedger {
    private static final String BATCH_KEY = "contacts";

    private final ContactStore store;
    private final ItemStore items;
    private final InstantSource clock;
    private final Ids ids;

    public ContactLedger(Database database, ItemStore items, InstantSource clock, Ids ids) {
        this.store = new ContactStore(database);
        this.items = items;
        this.clock = clock;
        this.ids = ids;
    }

    /** Address of a contact of the ledger. */
    public Optional<String> emailOf(String contactId) {
        return store.emailOf(contactId);
    }

    /** Joins the caller's commit. When something changed, an item waits under this envelope and run. */
    public Merge merge(Tx tx, ContactCommand command, String envelopeId, String runId) {
        Contact contact = command.contact();
        long now = clock.millis();
        long saidAt = contact.updatedAt() == null ? now : contact.updatedAt().toEpochMilli();
        Person statement = Person.said(contact, command.connection(), saidAt, now, command.lists(), command.tags());
        Optional<ContactStore.Link> link = contact.sourceId() == null
                ? Optional.empty()
                : store.link(tx, command.connection(), contact.sourceId());
        Optional<ContactStore.Row> known = link.flatMap(there -> store.byId(tx, there.contactId()))
                .or(() -> statement.email() == null ? Optional.empty() : store.byEmail(tx, statement.emailKey()));
        if (known.isEmpty() && statement.email() == null) {
            return Merge.NO_ADDRESS;
        }
        boolean isOld = link.isPresent() && link.get().saidAt() > saidAt;
        String id = known.map(ContactStore.Row::id).orElseGet(() -> ids.next("con"));
        Person before = known.map(ContactStore.Row::person).orElse(null);
        Person after = before == null
                ? statement
                : before.and(movesNobody(link, statement, isOld) ? statement.withoutAddress() : statement);
        if (contact.sourceId() != null) {
            String says = isOld || statement.email() == null
                    ? link.map(ContactStore.Link::emailKey).orElse(after.emailKey())
                    : statement.emailKey();
            store.link(
                    tx,
                    command.connection(),
                    command.connector(),
                    contact.sourceId(),
                    new ContactStore.Link(id, isOld ? link.get().saidAt() : saidAt, says));
        }
        boolean newSource = contact.sourceId() != null && link.isEmpty();
        Optional<ContactStore.Row> namesake =
                store.byEmail(tx, after.emailKey()).filter(row -> !row.id().equals(id));
        Person whole = namesake.map(row -> after.and(row.person())).orElse(after);
        boolean shows = before == null || newSource || namesake.isPresent() || !whole.looksLike(before);
        if (shows || !whole.equals(before)) {
            namesake.ifPresent(row -> store.absorb(tx, row.id(), id));
            long changedAt = Stream.concat(known.stream(), namesake.stream())
                    .mapToLong(row -> row.changedAt() + 1)
                    .reduce(now, Math::max);
            store.save(tx, new ContactStore.Row(id, whole, changedAt));
        }
        if (!shows) {
            return isOld ? Merge.STALE : Merge.UNCHANGED;
        }
        items.add(
                tx,
                new Item(
                        ids.next("itm"),
                        Item.Kind.CONTACT,
                        envelopeId,
                        runId,
                        null,
                        id,
                        Item.Lane.SYNC,
                        BATCH_KEY,
                        null,
                        0,
                        clock.instant(),
                        "{}"),
                clock.instant());
        return Merge.CHANGED;
    }

    /**
     * Only a source that says another address than before changes it: one that still says the old one, because the change was
     * made elsewhere, must not take it back.
     */
    private static boolean movesNobody(Optional<ContactStore.Link> link, Person statement, boolean isOld) {
        return isOld || link.isPresent() && link.get().emailKey().equals(statement.emailKey());
    }

    /** The contacts as SmartMails takes them (contract 4.10), by id; lists are still names. */
    public Map<String, Outgoing> outgoing(Collection<String> contactIds) {
        Map<String, SortedMap<String, String>> sources = store.sourcesOf(contactIds).stream()
                .collect(Collectors.groupingBy(
                        ContactStore.SourceId::contactId,
                        Collectors.toMap(
                                ContactStore.SourceId::connector,
                                ContactStore.SourceId::sourceId,
                                (a, b) -> a.compareTo(b) >= 0 ? a : b,
                                TreeMap::new)));
        Map<String, Outgoing> outgoing = new LinkedHashMap<>();
        for (ContactStore.Row row : store.byIds(contactIds)) {
            outgoing.put(row.id(), outgoing(row, sources.getOrDefault(row.id(), new TreeMap<>())));
        }
        return outgoing;
    }

    /**
     * One contact on its way.
     *
     * @param members of the contact, without lists
     * @param namespaces of its external ids
     */
    public record Outgoing(Map<String, Object> members, Collection<String> lists, Collection<String> namespaces) {}

    private static Outgoing outgoing(ContactStore.Row row, SortedMap<String, String> externalIds) {
        Map<String, Object> members = new LinkedHashMap<>();
        Map<String, Object> own = new TreeMap<>();
        row.person().facts().forEach((name, fact) -> {
            if (name.startsWith(Person.OWN_FIELD)) {
                own.put(name.substring(Person.OWN_FIELD.length()), fact.value());
            } else {
                members.put(name, fact.value());
            }
        });
        if (!externalIds.isEmpty()) {
            members.put("external_ids", externalIds);
        }
        if (!own.isEmpty()) {
            members.put("fields", own);
        }
        if (!row.person().tags().isEmpty()) {
            members.put("tags", Map.of("add", row.person().tags()));
        }
        consent(row.person().consent()).ifPresent(consent -> members.put("consent", consent));
        members.put("source", "smartmails-hub");
        members.put("source_updated_at", Instant.ofEpochMilli(row.changedAt()).toString());
        return new Outgoing(members, row.person().lists(), externalIds.keySet());
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
        if (decisive.evidence() != null) {
            members.put("text", decisive.evidence());
        }
        return Optional.of(members);
    }
}

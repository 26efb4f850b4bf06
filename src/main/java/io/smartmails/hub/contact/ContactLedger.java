// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.queue.Account;
import io.smartmails.hub.queue.ContactCommand;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.id.Ids;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
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
    private static final int INDEXED_AT_ONCE = 200;

    private final String account;
    private final ContactStore store;
    private final ListStore lists;
    private final SuppressionStore suppressions;
    private final ItemStore items;
    private final InstantSource clock;
    private final Ids ids;
    private final Database database;

    public ContactLedger(Database database, ItemStore items, InstantSource clock, Ids ids) {
        this(database, items, clock, ids, Account.MAIN);
    }

    /** @param account whose people; only those of the main one leave for SmartMails */
    public ContactLedger(Database database, ItemStore items, InstantSource clock, Ids ids, String account) {
        this.database = database;
        this.account = account;
        this.store = new ContactStore(database, account);
        this.lists = new ListStore(database, account);
        this.suppressions = new SuppressionStore(database, account);
        this.items = items;
        this.clock = clock;
        this.ids = ids;
    }

    Database database() {
        return database;
    }

    ContactStore store() {
        return store;
    }

    ListStore lists() {
        return lists;
    }

    SuppressionStore suppressions() {
        return suppressions;
    }

    InstantSource clock() {
        return clock;
    }

    Ids ids() {
        return ids;
    }

    /** Whether what changes here has to be told to SmartMails. */
    boolean leaves() {
        return account.equals(Account.MAIN);
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
        List<String> listIds =
                command.lists().stream().map(name -> listNamed(tx, name)).toList();
        Person statement = Person.said(contact, command.connection(), saidAt, now, listIds, command.tags());
        Optional<ContactStore.Link> link = contact.sourceId() == null
                ? Optional.empty()
                : store.link(tx, command.connection(), contact.sourceId());
        Optional<ContactStore.Row> known = link.flatMap(there -> store.byId(tx, there.contactId()))
                .or(() -> contact.sourceId() == null
                        ? Optional.empty()
                        : store.link(tx, Contacts.API + command.connector(), contact.sourceId())
                                .flatMap(there -> store.byId(tx, there.contactId())))
                .or(() -> statement.email() == null ? Optional.empty() : store.byEmail(tx, statement.emailKey()));
        if (known.isEmpty() && statement.email() == null) {
            return Merge.NO_ADDRESS;
        }
        boolean isOld = link.isPresent() && link.get().saidAt() > saidAt;
        String id = known.map(ContactStore.Row::id).orElseGet(() -> ids.next("con"));
        Person before = known.map(ContactStore.Row::person).orElse(null);
        Person after = before == null
                ? statement
                : before.hears(movesNobody(link, statement, isOld) ? statement.withoutAddress() : statement, saidAt);
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
        Optional<ContactStore.Row> namesake = after.emailKey() == null
                ? Optional.empty()
                : store.byEmail(tx, after.emailKey()).filter(row -> !row.id().equals(id));
        Person whole = namesake.map(row -> after.and(row.person())).orElse(after);
        boolean shows = before == null || newSource || namesake.isPresent() || !whole.looksLike(before);
        if (shows || !whole.equals(before)) {
            namesake.ifPresent(row -> store.absorb(tx, row.id(), id));
            List<ContactStore.Row> rows =
                    Stream.concat(known.stream(), namesake.stream()).toList();
            long changedAt = rows.stream().mapToLong(row -> row.changedAt() + 1).reduce(now, Math::max);
            long createdAt =
                    rows.stream().mapToLong(ContactStore.Row::createdAt).reduce(now, Math::min);
            String status = ContactView.status(whole, suppressions.of(tx, whole.emailKey(), now));
            store.save(tx, new ContactStore.Row(id, whole, createdAt, changedAt, status), before);
        }
        if (!shows) {
            return isOld ? Merge.STALE : Merge.UNCHANGED;
        }
        announce(tx, id, envelopeId, runId);
        return Merge.CHANGED;
    }

    /** The change waits to leave, if it is one that does. */
    void announce(Tx tx, String contactId, String envelopeId, String runId) {
        if (!leaves()) {
            return;
        }
        items.add(
                tx,
                new Item(
                        ids.next("itm"),
                        Item.Kind.CONTACT,
                        envelopeId,
                        runId,
                        null,
                        contactId,
                        Item.Lane.SYNC,
                        BATCH_KEY,
                        null,
                        0,
                        clock.instant(),
                        "{}"),
                clock.instant());
    }

    /** A rule names lists; one that is not there yet is made. */
    private String listNamed(Tx tx, String name) {
        return lists.byName(tx, name)
                .or(() -> lists.find(tx, name))
                .map(ListStore.Row::id)
                .orElseGet(() -> {
                    long now = clock.millis();
                    var made = new ListStore.Row(ids.next("lst"), name, "{}", now, now, null, null);
                    lists.save(tx, made);
                    return made.id();
                });
    }

    /** Fills in what rows of before this version are looked for by. */
    public void index() {
        boolean more = true;
        while (more) {
            more = database.write(tx -> {
                List<ContactStore.Row> rows = store.unindexed(tx, INDEXED_AT_ONCE);
                rows.forEach(row -> index(tx, row));
                return !rows.isEmpty();
            });
        }
    }

    private void index(Tx tx, ContactStore.Row row) {
        SortedSet<String> listIds = row.person().lists().stream()
                .map(name -> listNamed(tx, name))
                .collect(Collectors.toCollection(TreeSet::new));
        Person person = row.person().withLists(listIds);
        String status = ContactView.status(person, List.of());
        store.save(tx, new ContactStore.Row(row.id(), person, row.createdAt(), row.changedAt(), status), null);
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
        Map<String, SortedMap<String, String>> sources = ContactView.externalIds(store.sourcesOf(contactIds));
        Map<String, String> names =
                lists.all().stream().collect(Collectors.toMap(ListStore.Row::id, ListStore.Row::name));
        Map<String, Outgoing> outgoing = new LinkedHashMap<>();
        for (ContactStore.Row row : store.byIds(contactIds)) {
            SortedMap<String, String> external = sources.getOrDefault(row.id(), new TreeMap<>());
            outgoing.put(row.id(), ContactLeaving.of(row, external, names));
        }
        return outgoing;
    }

    /**
     * One contact on its way.
     *
     * @param members of the contact, without lists
     * @param leaves lists it was taken off
     * @param namespaces of its external ids
     * @param reference what SmartMails finds it by when it is to be archived; null when it is not
     */
    public record Outgoing(
            Map<String, Object> members,
            Collection<String> lists,
            Collection<String> leaves,
            Collection<String> namespaces,
            String reference) {}

    /** Ids at SmartMails of the lists it is known to have, by name. */
    public Map<String, String> upstreamLists() {
        return lists.all().stream()
                .filter(list -> list.upstreamId() != null)
                .collect(Collectors.toMap(ListStore.Row::name, ListStore.Row::upstreamId));
    }

    /** Keeps what SmartMails calls lists, by name. */
    public void learnLists(Map<String, String> upstreamIds) {
        database.write(tx -> {
            upstreamIds.forEach((name, id) -> lists.learn(tx, name, id));
            return null;
        });
    }

    /** SmartMails lost lists: their ids there have to be asked again. */
    public void forgetUpstreamLists() {
        database.write(tx -> {
            lists.forgetUpstream(tx);
            return null;
        });
    }
}

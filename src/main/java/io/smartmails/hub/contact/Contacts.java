// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.db.Tx;
import io.smartmails.hub.contact.ContactChange.Options;
import io.smartmails.problem.Problem.FieldError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Contacts as applications change them: directly, unlike the statements of sources, but under the four rules of contract
 * 4.10. Everything takes part in the caller's commit, and what changed waits there for its way to SmartMails.
 */
public final class Contacts {
    /** Fields of one text each. */
    public static final List<String> TEXTS =
            List.of("first_name", "last_name", "phone", "company", "locale", "timezone", "country", "city");
    /** Before the namespace of an id that an application gave: the connection that says it. */
    static final String API = "api/";

    private final ContactLedger ledger;
    private final ContactStore store;
    private final SuppressionStore suppressions;
    private final ContactWriter writer;

    public Contacts(ContactLedger ledger) {
        this.ledger = ledger;
        this.store = ledger.store();
        this.suppressions = ledger.suppressions();
        this.writer = new ContactWriter(ledger);
    }

    /**
     * How a contact is matched and what may happen to it.
     *
     * @param mode upsert, create_only or update_only
     * @param matchOn {@code email} and {@code external_id:<namespace>}; empty means both kinds
     * @param resubscribe a newer consent may bring back somebody who left
     * @param merge contacts that turn out to be one person become one
     */
    public record Settings(String mode, List<String> matchOn, boolean resubscribe, boolean merge) {
        boolean matches(String key) {
            return matchOn.isEmpty() || matchOn.contains(key);
        }
    }

    /**
     * What became of one change.
     *
     * @param status created, updated, unchanged, stale or failed
     * @param keptStatus the status that was kept although another was asked for; null when none was
     * @param error when failed; otherwise null
     * @param more facts about the error, for example {@code existing_id}
     */
    public record Outcome(String status, String id, String keptStatus, FieldError error, Map<String, Object> more) {
        static Outcome failed(String pointer, String code, String detail, Map<String, Object> more) {
            return new Outcome("failed", null, null, new FieldError(pointer, code, detail), more);
        }

        public boolean changed() {
            return status.equals("created") || status.equals("updated");
        }
    }

    /** @param reference a contact id, an address or {@code ext:<namespace>:<value>} */
    public Optional<Map<String, Object>> view(String reference) {
        return find(reference).map(row -> views(List.of(row)).get(0));
    }

    /** What SmartMails finds the contact by: its address. */
    public Optional<String> address(String reference) {
        return find(reference).map(row -> row.person().emailKey());
    }

    /** Addresses of those of the ids that are contacts with one. */
    public Map<String, String> addresses(Collection<String> ids) {
        return store.byIds(ids).stream()
                .filter(row -> row.person().emailKey() != null)
                .collect(Collectors.toMap(
                        ContactStore.Row::id, row -> row.person().emailKey()));
    }

    public Page list(Paging paging) {
        return store.list(paging, this::views);
    }

    private List<Map<String, Object>> views(List<ContactStore.Row> rows) {
        Set<String> known = ledger.lists().all().stream().map(ListStore.Row::id).collect(Collectors.toSet());
        List<String> ids = rows.stream().map(ContactStore.Row::id).toList();
        return ContactView.of(rows, store.sourcesOf(ids), known);
    }

    private Optional<ContactStore.Row> find(String reference) {
        if (reference.startsWith("ext:")) {
            String[] parts = reference.split(":", 3);
            return parts.length < 3 ? Optional.empty() : store.byExternal(parts[1], parts[2]);
        }
        return reference.indexOf('@') > 0 ? Addresses.key(reference).flatMap(store::byEmail) : store.byId(reference);
    }

    Optional<ContactStore.Row> find(Tx tx, String reference) {
        if (reference.startsWith("ext:")) {
            String[] parts = reference.split(":", 3);
            return parts.length < 3 ? Optional.empty() : store.byExternal(tx, parts[1], parts[2]);
        }
        return reference.indexOf('@') > 0
                ? Addresses.key(reference).flatMap(key -> store.byEmail(tx, key))
                : store.byId(tx, reference);
    }

    /**
     * Creates or updates whom the change is about.
     *
     * @param pointer where the change stands in the request
     */
    public Outcome upsert(Tx tx, ContactPatch patch, Settings settings, String pointer, String envelopeId) {
        if (patch.email() == null && patch.externalIds().values().stream().allMatch(Objects::isNull)) {
            return Outcome.failed(pointer + "/email", "required", "email or an external id is needed", Map.of());
        }
        List<ContactStore.Row> matches = writer.matches(tx, patch, settings);
        if (matches.size() > 1 && !settings.merge()) {
            List<String> both = matches.stream().map(ContactStore.Row::id).toList();
            return Outcome.failed(
                    pointer, "conflict", "external id and email belong to different contacts", Map.of("ids", both));
        }
        ContactStore.Row before = matches.isEmpty() ? null : matches.get(0);
        if (before != null && !before.person().isArchived() && settings.mode().equals("create_only")) {
            return Outcome.failed(
                    pointer, "already_exists", "the contact is there already", Map.of("existing_id", before.id()));
        }
        if (before == null && settings.mode().equals("update_only")) {
            return Outcome.failed(pointer, "not_found", "there is no such contact to update", Map.of());
        }
        Outcome taken = writer.conflict(tx, matches, patch, pointer);
        Options options = new Options(settings.resubscribe(), false, false);
        return taken != null ? taken : writer.save(tx, before, matches, patch, options, pointer, envelopeId);
    }

    /**
     * Changes one contact (PUT).
     *
     * @param replace what is not given is cleared
     * @return empty when there is no such contact
     */
    public Optional<Outcome> update(
            Tx tx, String reference, ContactPatch patch, boolean replace, boolean resubscribe, String envelopeId) {
        return find(tx, reference).map(before -> {
            Outcome taken = writer.conflict(tx, List.of(before), patch, "");
            return taken != null
                    ? taken
                    : writer.save(
                            tx,
                            before,
                            List.of(before),
                            patch,
                            new Options(resubscribe, true, replace),
                            "",
                            envelopeId);
        });
    }

    /**
     * Archives: the contact stays, with what it said about mail, but gets no marketing.
     *
     * @return the ids of those that are there, null for the others, in order
     */
    public List<String> archive(Tx tx, Collection<String> references, String envelopeId) {
        long now = ledger.clock().millis();
        List<String> ids = new ArrayList<>();
        for (String reference : references) {
            Optional<ContactStore.Row> row = find(tx, reference);
            row.filter(found -> !found.person().isArchived()).ifPresent(found -> {
                Person archived = found.person()
                        .with(found.person().marks().byApplication().archived(now));
                writer.change(tx, found, archived, "archived", envelopeId);
            });
            ids.add(row.map(ContactStore.Row::id).orElse(null));
        }
        return ids;
    }

    /**
     * An opt-in or opt-out with its evidence, made now; without topics it is about all marketing mail.
     *
     * @return empty when there is no such contact
     */
    public Optional<Outcome> decide(
            Tx tx,
            String reference,
            boolean subscribe,
            List<String> topics,
            ContactPatch.Evidence evidence,
            String envelopeId) {
        return find(tx, reference).map(row -> {
            long now = ledger.clock().millis();
            // Opting in to a topic needs the general opt-in as well; opting out of one leaves it alone.
            boolean general = topics.isEmpty() || subscribe;
            String address = row.person().emailKey();
            String wanted = subscribe ? "subscribed" : "unsubscribed";
            boolean already = row.status().equals(wanted);
            Map<String, Object> choices = new LinkedHashMap<>();
            topics.forEach(topic -> choices.put(Person.TOPIC + topic, subscribe));
            ConsentRecord.Said last = row.person().consent().decisive();
            long at = last == null ? now : Math.max(now, last.at() + 1);
            var told =
                    new ContactPatch.Evidence(evidence.source(), evidence.method(), evidence.ip(), at, evidence.text());
            var patch = new ContactPatch(
                    null,
                    choices,
                    Set.of(),
                    Map.of(),
                    ContactPatch.Names.NONE,
                    ContactPatch.Names.NONE,
                    general && !already ? wanted : null,
                    general && !already ? told : null,
                    null,
                    null);
            if (general && !subscribe && address != null) {
                optOut(tx, address, now);
            }
            return writer.save(tx, row, List.of(row), patch, new Options(true, false, false), "", envelopeId);
        });
    }

    private void optOut(Tx tx, String address, long now) {
        boolean known = suppressions.of(tx, address, now).stream().anyMatch(Suppression::isOptOut);
        if (!known) {
            suppressions.put(
                    tx,
                    new Suppression(address, Suppression.MARKETING, Suppression.UNSUBSCRIBE, null, null, now, now),
                    ledger.leaves());
        }
    }

    /** Puts somebody on a list or takes them off. */
    void membership(Tx tx, ContactStore.Row row, String listId, boolean add, String envelopeId) {
        Person before = row.person();
        SortedSet<String> lists = new TreeSet<>(before.lists());
        SortedMap<String, Long> left = new TreeMap<>(before.marks().leftLists());
        if (add) {
            lists.add(listId);
            left.remove(listId);
        } else {
            lists.remove(listId);
            left.put(listId, ledger.clock().millis());
        }
        Marks marks = before.marks().withLeft(left, before.marks().leftTags()).byApplication();
        writer.change(tx, row, before.withLists(lists).with(marks), row.status(), envelopeId);
    }

    /** Somebody of whom nothing but the address is known, without consent. */
    Optional<ContactStore.Row> create(Tx tx, String address, String envelopeId) {
        return Addresses.normal(address).flatMap(normal -> {
            var patch = new ContactPatch(
                    normal,
                    Map.of(),
                    Set.of(),
                    Map.of(),
                    ContactPatch.Names.NONE,
                    ContactPatch.Names.NONE,
                    null,
                    null,
                    null,
                    null);
            Outcome made = writer.save(tx, null, List.of(), patch, new Options(false, false, false), "", envelopeId);
            return store.byId(tx, made.id());
        });
    }

    /** An opt-out that came by a suppression holds for the contact too. */
    void suppressed(Tx tx, Suppression entry, String envelopeId) {
        store.byEmail(tx, entry.email()).ifPresent(row -> {
            long now = ledger.clock().millis();
            String status = row.person().isArchived()
                    ? row.status()
                    : ContactView.status(row.person(), suppressions.of(tx, entry.email(), now));
            if (entry.isOptOut()
                    && !row.status().equals("unsubscribed")
                    && !row.person().isArchived()) {
                var patch = new ContactPatch(
                        null,
                        Map.of(),
                        Set.of(),
                        Map.of(),
                        ContactPatch.Names.NONE,
                        ContactPatch.Names.NONE,
                        "unsubscribed",
                        null,
                        null,
                        null);
                writer.save(tx, row, List.of(row), patch, new Options(false, false, false), "", envelopeId);
            } else if (!status.equals(row.status())) {
                store.saveStatus(tx, row.id(), status);
            }
        });
    }

    /** After a suppression is gone. */
    void restored(Tx tx, String emailKey) {
        store.byEmail(tx, emailKey)
                .ifPresent(row -> store.saveStatus(
                        tx,
                        row.id(),
                        ContactView.status(
                                row.person(),
                                suppressions.of(tx, emailKey, ledger.clock().millis()))));
    }
}

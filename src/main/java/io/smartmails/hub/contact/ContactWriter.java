// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.db.Tx;
import io.smartmails.hub.contact.ContactChange.Options;
import io.smartmails.hub.contact.Contacts.Outcome;
import io.smartmails.hub.contact.Contacts.Settings;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Finds whom an application's change is about and stores what {@link ContactChange} decides, in the caller's commit. */
final class ContactWriter {
    private final ContactLedger ledger;
    private final ContactStore store;
    private final SuppressionStore suppressions;

    ContactWriter(ContactLedger ledger) {
        this.ledger = ledger;
        this.store = ledger.store();
        this.suppressions = ledger.suppressions();
    }

    List<ContactStore.Row> matches(Tx tx, ContactPatch patch, Settings settings) {
        Map<String, ContactStore.Row> matches = new LinkedHashMap<>();
        patch.externalIds().forEach((namespace, value) -> {
            if (value != null && settings.matches("external_id:" + namespace)) {
                store.byExternal(tx, namespace, value).ifPresent(row -> matches.put(row.id(), row));
            }
        });
        if (patch.email() != null && settings.matches("email")) {
            Addresses.key(patch.email())
                    .flatMap(key -> store.byEmail(tx, key))
                    .ifPresent(row -> matches.put(row.id(), row));
        }
        return List.copyOf(matches.values());
    }

    /** An address or external id that another contact holds. */
    Outcome conflict(Tx tx, List<ContactStore.Row> own, ContactPatch patch, String pointer) {
        Set<String> ids = own.stream().map(ContactStore.Row::id).collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> all = new LinkedHashSet<>(ids);
        if (patch.email() != null) {
            Addresses.key(patch.email()).flatMap(key -> store.byEmail(tx, key)).ifPresent(row -> all.add(row.id()));
        }
        patch.externalIds().forEach((namespace, value) -> {
            if (value != null) {
                store.byExternal(tx, namespace, value).ifPresent(row -> all.add(row.id()));
            }
        });
        return all.size() == ids.size()
                ? null
                : Outcome.failed(
                        pointer,
                        "conflict",
                        "the email or external id belongs to another contact",
                        Map.of("ids", List.copyOf(all)));
    }

    Outcome save(
            Tx tx,
            ContactStore.Row row,
            List<ContactStore.Row> joined,
            ContactPatch patch,
            Options options,
            String pointer,
            String envelopeId) {
        Map<String, String> lists = new LinkedHashMap<>();
        for (String name : patch.lists().all()) {
            Optional<ListStore.Row> list =
                    ledger.lists().find(tx, name).or(() -> ledger.lists().byName(tx, name));
            if (list.isEmpty()) {
                return Outcome.failed(pointer + "/lists", "unknown_list", "there is no list " + name, Map.of());
            }
            lists.put(name, list.get().id());
        }
        ContactPatch resolved = patch.withLists(new ContactPatch.Names(
                resolved(patch.lists().add(), lists),
                resolved(patch.lists().remove(), lists),
                patch.lists().whole()));
        long now = ledger.clock().millis();
        Person before = row == null ? Person.NOBODY : row.person();
        if (row != null && ContactChange.isStale(before, patch)) {
            return new Outcome("stale", row.id(), null, null, Map.of());
        }
        boolean merges = joined.size() > 1;
        if (merges) {
            for (ContactStore.Row other : joined.subList(1, joined.size())) {
                before = before.and(other.person());
                store.absorb(tx, other.id(), row.id());
            }
        }
        String addressKey = patch.email() == null
                ? before.emailKey()
                : Addresses.key(patch.email()).orElseThrow();
        String status =
                ContactView.status(before.with(before.marks().archived(null)), suppressions.of(tx, addressKey, now));
        ContactChange.Result result = ContactChange.apply(before, status, resolved, options, now);
        String id = row == null ? ledger.ids().next("con") : row.id();
        if (result.suppress() != null && addressKey != null) {
            suppressions.put(
                    tx,
                    new Suppression(addressKey, Suppression.ALL, result.suppress(), null, null, now, now),
                    ledger.leaves());
        }
        if (before.emailKey() != null && !before.emailKey().equals(addressKey)) {
            suppressions.copy(tx, before.emailKey(), addressKey, now);
        }
        if (result.cameBack() && addressKey != null) {
            suppressions.deleteOptOut(tx, addressKey);
        }
        String statusAfter = ContactView.status(result.person(), suppressions.of(tx, addressKey, now));
        Map<String, String> ids = newExternalIds(tx, id, resolved.externalIds(), options.clearAbsent());
        boolean shows = row == null
                || merges
                || !ids.isEmpty()
                || !statusAfter.equals(row.status())
                || !result.person().looksLike(before);
        if (shows || !result.person().equals(before)) {
            long changedAt = row == null ? now : shows ? Math.max(now, row.changedAt() + 1) : row.changedAt();
            long createdAt =
                    joined.stream().mapToLong(ContactStore.Row::createdAt).min().orElse(now);
            store.save(
                    tx,
                    new ContactStore.Row(id, result.person(), createdAt, changedAt, statusAfter),
                    row == null ? null : row.person());
        }
        ids.forEach((namespace, value) -> setExternalId(tx, id, namespace, value, addressKey, now));
        if (shows) {
            ledger.announce(tx, id, envelopeId, null);
        }
        String kept = patch.status() == null || patch.status().equals(statusAfter) ? null : statusAfter;
        return new Outcome(row == null ? "created" : shows ? "updated" : "unchanged", id, kept, null, Map.of());
    }

    private static Set<String> resolved(Set<String> names, Map<String, String> ids) {
        return names.stream().map(ids::get).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Those that are not as they should be yet. */
    private static Map<String, String> newExternalIds(
            Tx tx, String contactId, Map<String, String> wanted, boolean clearAbsent) {
        if (wanted.isEmpty() && !clearAbsent) {
            return Map.of();
        }
        SortedMap<String, String> there = ContactView.externalIds(ContactStore.sourcesOf(tx.jdbc(), List.of(contactId)))
                .getOrDefault(contactId, new TreeMap<>());
        Map<String, String> changes = new LinkedHashMap<>();
        if (clearAbsent) {
            there.keySet().stream()
                    .filter(namespace -> !wanted.containsKey(namespace))
                    .forEach(namespace -> changes.put(namespace, null));
        }
        wanted.forEach((namespace, value) -> {
            if (!Objects.equals(there.get(namespace), value)) {
                changes.put(namespace, value);
            }
        });
        return changes;
    }

    private void setExternalId(Tx tx, String contactId, String namespace, String value, String emailKey, long now) {
        store.unlink(tx, contactId, namespace);
        if (value != null) {
            store.link(tx, Contacts.API + namespace, namespace, value, new ContactStore.Link(contactId, now, emailKey));
        }
    }

    void change(Tx tx, ContactStore.Row row, Person after, String status, String envelopeId) {
        long changedAt = Math.max(ledger.clock().millis(), row.changedAt() + 1);
        store.save(tx, new ContactStore.Row(row.id(), after, row.createdAt(), changedAt, status), row.person());
        ledger.announce(tx, row.id(), envelopeId, null);
    }
}

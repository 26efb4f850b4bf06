// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smartmails.db.Tx;
import io.smartmails.hub.contact.ListStore.Row;
import io.smartmails.hub.failure.PermanentFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Named sets of contacts. Names are unique, so that rules and applications may name a list; deleting one deletes no contact.
 * What changes is put to SmartMails by {@code sending}.
 */
public final class Lists {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, Object>> FIELDS = new TypeReference<>() {};

    private final ContactLedger ledger;
    private final ListStore store;
    private final Contacts contacts;

    public Lists(ContactLedger ledger, Contacts contacts) {
        this.ledger = ledger;
        this.store = ledger.lists();
        this.contacts = contacts;
    }

    public Page list(Paging paging) {
        return store.list(paging, this::views);
    }

    public Optional<Map<String, Object>> view(String id) {
        return store.find(id).map(row -> views(List.of(row)).get(0));
    }

    private List<Map<String, Object>> views(List<Row> rows) {
        Map<String, Long> counts = store.counts(rows.stream().map(Row::id).toList());
        return rows.stream()
                .map(row -> view(row, counts.getOrDefault(row.id(), 0L)))
                .toList();
    }

    private static Map<String, Object> view(Row row, long count) {
        Map<String, Object> fields = fields(row);
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", row.id());
        view.put("name", row.name());
        view.put("description", fields.get("description"));
        view.put("double_opt_in", fields.getOrDefault("double_opt_in", false));
        view.put("sender_profile_id", fields.get("sender_profile_id"));
        view.put("confirm_template_id", fields.get("confirm_template_id"));
        view.put("contact_count", count);
        view.put("created_at", Times.text(row.createdAt()));
        view.put("updated_at", Times.text(row.changedAt()));
        return view;
    }

    private static Map<String, Object> fields(Row row) {
        try {
            return JSON.readValue(row.json(), FIELDS);
        } catch (JsonProcessingException e) {
            throw new PermanentFailure("a stored list is not readable", e);
        }
    }

    /** How many there are. */
    public int count() {
        return store.count();
    }

    /** The list that has a name. */
    public Optional<String> named(Tx tx, String name) {
        return store.byName(tx, name).map(Row::id);
    }

    /** What a list is now, its name included; empty when there is none. */
    public Optional<Map<String, Object>> fields(Tx tx, String id) {
        return store.find(tx, id).map(row -> {
            Map<String, Object> fields = fields(row);
            fields.put("name", row.name());
            return fields;
        });
    }

    /**
     * Creates a list or changes it.
     *
     * @param id null for a new one
     * @param fields without the name
     */
    public String save(Tx tx, String id, String name, Map<String, Object> fields) {
        long now = ledger.clock().millis();
        Optional<Row> before = id == null ? Optional.empty() : store.find(tx, id);
        String listId = id == null ? ledger.ids().next("lst") : id;
        store.save(
                tx,
                new Row(
                        listId,
                        name,
                        json(fields),
                        before.map(Row::createdAt).orElse(now),
                        before.map(row -> Math.max(now, row.changedAt() + 1)).orElse(now),
                        before.map(Row::upstreamId).orElse(null),
                        ledger.leaves() ? ListStore.PUT : null));
        return listId;
    }

    private static String json(Map<String, Object> fields) {
        try {
            return JSON.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new PermanentFailure("a list cannot be stored as JSON", e);
        }
    }

    /** @return false when there is no such list */
    public boolean delete(Tx tx, String id) {
        Optional<Row> row = store.find(tx, id);
        row.ifPresent(there -> {
            store.deleteMembers(tx, id);
            if (ledger.leaves()) {
                store.save(
                        tx,
                        new Row(
                                id,
                                "deleted " + id,
                                there.json(),
                                there.createdAt(),
                                Math.max(ledger.clock().millis(), there.changedAt() + 1),
                                there.upstreamId(),
                                ListStore.DELETE));
            } else {
                store.delete(tx, id);
            }
        });
        return row.isPresent();
    }

    /** The contacts on a list. */
    public Page members(String id, Paging paging) {
        Map<String, String> filters = new LinkedHashMap<>(paging.filters());
        filters.put("list_id", id);
        return contacts.list(new Paging(
                paging.limit(),
                paging.byChange(),
                paging.descending(),
                paging.after(),
                paging.includeTotal(),
                paging.times(),
                filters));
    }

    /** What became of one contact: added, removed, unchanged or not_found. */
    public record Membership(String status, String id) {
        public boolean changed() {
            return status.equals("added") || status.equals("removed");
        }
    }

    /**
     * Puts contacts on a list or takes them off.
     *
     * @param references ids, addresses or external ids
     * @param createMissing unknown addresses become contacts without consent
     */
    public List<Membership> change(
            Tx tx, String id, List<String> references, boolean add, boolean createMissing, String envelopeId) {
        List<Membership> results = new ArrayList<>();
        for (String reference : references) {
            Optional<ContactStore.Row> row = contacts.find(tx, reference);
            if (row.isEmpty() && add && createMissing) {
                row = contacts.create(tx, reference, envelopeId);
            }
            results.add(row.map(found -> change(tx, id, found, add, envelopeId))
                    .orElseGet(() -> new Membership("not_found", null)));
        }
        return results;
    }

    private Membership change(Tx tx, String id, ContactStore.Row row, boolean add, String envelopeId) {
        if (row.person().lists().contains(id) == add) {
            return new Membership("unchanged", row.id());
        }
        contacts.membership(tx, row, id, add, envelopeId);
        return new Membership(add ? "added" : "removed", row.id());
    }

    /** A list that SmartMails has to be told of. */
    public static final class Dirty {
        private final Row row;

        private Dirty(Row row) {
            this.row = row;
        }

        public boolean isDeletion() {
            return row.dirty().equals(ListStore.DELETE);
        }

        /** As SmartMails takes them, the name included. */
        public Map<String, Object> fields() {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("name", row.name());
            all.putAll(Lists.fields(row));
            return all;
        }

        public String id() {
            return row.id();
        }

        /** Null when SmartMails has none yet. */
        public String upstreamId() {
            return row.upstreamId();
        }
    }

    /** What SmartMails calls the lists it has, by id. */
    public Map<String, String> upstreamIds() {
        return store.all().stream()
                .filter(row -> row.upstreamId() != null)
                .collect(Collectors.toMap(Row::id, Row::upstreamId));
    }

    /** The one that waits longest to be put to SmartMails. */
    public Optional<Dirty> nextDirty() {
        return store.nextDirty().map(Dirty::new);
    }

    /**
     * What SmartMails knows of it now.
     *
     * @param upstreamId its id there; null when there is none
     * @param clean whether nothing is left to be told
     */
    public void synced(Tx tx, Dirty list, String upstreamId, boolean clean) {
        if (list.isDeletion()) {
            store.delete(tx, list.id());
        } else {
            store.synced(tx, list.row, upstreamId, clean);
        }
    }
}

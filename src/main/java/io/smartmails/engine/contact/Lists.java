// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.engine.contact.ListStore.Row;
import io.smartmails.engine.input.Addresses;
import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.page.Page;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/** Named sets of contacts. Names are unique, so a list may be referred to by name; deleting one deletes no contact. */
public final class Lists {
    private final Database database;
    private final ListStore store;
    private final Contacts contacts;
    private final Ids ids;
    private final InstantSource clock;

    public Lists(Database database, Contacts contacts, Ids ids, InstantSource clock) {
        this.database = database;
        this.store = new ListStore(database);
        this.contacts = contacts;
        this.ids = ids;
        this.clock = clock;
    }

    public Page list(PageRequest request) {
        return store.list(request);
    }

    public Map<String, Object> get(String id) {
        return require(id).view(store.count(id));
    }

    public Map<String, Object> create(ObjectNode body, boolean lenient) {
        long now = clock.millis();
        Row list = read(body, lenient, ids.next("lst"), now, now);
        return save(list, tx -> ListStore.insert(tx, list));
    }

    public Map<String, Object> update(String id, ObjectNode body, boolean lenient) {
        Row before = require(id);
        ObjectNode merged = before.body().deepCopy().put("name", before.name());
        body.properties().forEach(field -> merged.set(field.getKey(), field.getValue()));
        Row list = read(merged, lenient, id, before.createdAt(), clock.millis());
        return save(list, tx -> ListStore.update(tx, list));
    }

    private Map<String, Object> save(Row list, Consumer<Tx> write) {
        database.write(tx -> {
            ListStore.resolve(tx.jdbc(), list.name())
                    .filter(other -> !other.equals(list.id()))
                    .ifPresent(other -> {
                        throw Problem.of(ProblemCode.ALREADY_EXISTS, "a list of that name is there already")
                                .with("existing_id", other)
                                .asException();
                    });
            write.accept(tx);
            return null;
        });
        return list.view(store.count(list.id()));
    }

    private static Row read(ObjectNode body, boolean lenient, String id, long createdAt, long updatedAt) {
        var faults = new Faults(lenient);
        var fields = new Fields(body, "", faults);
        String name = fields.requiredLine("name", 200);
        ObjectNode kept = Json.object();
        kept.put("description", fields.text("description", 2000));
        kept.put("double_opt_in", fields.flag("double_opt_in", false));
        kept.put("sender_profile_id", fields.line("sender_profile_id", 64));
        kept.put("confirm_template_id", fields.line("confirm_template_id", 64));
        fields.accept("id", "contact_count", "created_at", "updated_at");
        fields.end();
        faults.refuse();
        return new Row(id, name, kept, createdAt, updatedAt);
    }

    public void delete(String id) {
        require(id);
        database.write(tx -> {
            ListStore.delete(tx, id);
            return null;
        });
    }

    public Page members(String id, PageRequest request) {
        require(id);
        var filters = new HashMap<>(request.filters());
        filters.put("list_id", id);
        return contacts.list(new PageRequest(
                request.limit(),
                request.sort(),
                request.descending(),
                request.after(),
                request.includeTotal(),
                filters));
    }

    /**
     * Adds or removes contacts given by id or address.
     *
     * @param createMissing unknown addresses become contacts without consent
     */
    public Map<String, Object> change(String id, List<String> references, boolean add, boolean createMissing) {
        require(id);
        List<Map<String, Object>> results = database.write(tx -> {
            List<Map<String, Object>> all = new ArrayList<>();
            for (String reference : references) {
                Optional<Contact> contact = Contacts.find(tx.jdbc(), reference);
                if (contact.isEmpty() && add && createMissing) {
                    contact = create(tx, reference);
                }
                var result = new LinkedHashMap<String, Object>();
                result.put("index", all.size());
                result.put(
                        "status",
                        contact.map(found -> change(tx, id, found, add)).orElse("not_found"));
                result.put("id", contact.map(Contact::id).orElse(null));
                all.add(result);
            }
            return all;
        });
        return Map.of("results", results);
    }

    private String change(Tx tx, String id, Contact contact, boolean add) {
        boolean changed = add
                ? ContactStore.addMember(tx, id, contact.id(), clock.millis())
                : ContactStore.removeMember(tx, id, contact.id());
        return !changed ? "unchanged" : add ? "added" : "removed";
    }

    private Optional<Contact> create(Tx tx, String email) {
        try {
            long now = clock.millis();
            var contact = new Contact(
                    ids.next("con"),
                    Addresses.key(Addresses.normal(email)),
                    Contact.PENDING,
                    false,
                    Json.object(),
                    Json.object(),
                    List.of(),
                    now,
                    now);
            ContactStore.insert(tx, contact);
            return Optional.of(contact);
        } catch (Addresses.InvalidAddress e) {
            return Optional.empty();
        }
    }

    private Row require(String id) {
        return store.find(id)
                .orElseThrow(() -> Problem.of(ProblemCode.NOT_FOUND, "there is no list " + id)
                        .asException());
    }
}

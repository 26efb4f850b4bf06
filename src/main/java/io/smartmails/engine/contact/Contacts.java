// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.engine.contact.ContactMerge.Options;
import io.smartmails.engine.contact.ContactUpsert.Outcome;
import io.smartmails.engine.input.Addresses;
import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.input.Times;
import io.smartmails.engine.page.Page;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.Problem.FieldError;
import io.smartmails.problem.ProblemCode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/** Contacts of the account: upserts under the four rules, look-ups, subscribing and leaving. */
public final class Contacts {
    private final Database database;
    private final ContactStore store;
    private final ContactUpsert upserts;
    private final InstantSource clock;

    public Contacts(Database database, Ids ids, InstantSource clock) {
        this.database = database;
        this.store = new ContactStore(database);
        this.upserts = new ContactUpsert(ids, clock);
        this.clock = clock;
    }

    public Page list(PageRequest request) {
        return store.list(request);
    }

    /** @param reference a contact id, an address or {@code ext:<namespace>:<value>} */
    public Contact get(String reference) {
        return find(database.read(), reference)
                .orElseThrow(() -> Problem.of(ProblemCode.NOT_FOUND, "there is no such contact")
                        .asException());
    }

    static Optional<Contact> find(JdbcClient db, String reference) {
        if (reference.startsWith("ext:")) {
            String[] parts = reference.split(":", 3);
            return parts.length < 3 ? Optional.empty() : ContactStore.byExternal(db, parts[1], parts[2]);
        }
        if (reference.indexOf('@') > 0) {
            try {
                return ContactStore.byEmail(db, Addresses.key(Addresses.normal(reference)));
            } catch (Addresses.InvalidAddress e) {
                return Optional.empty();
            }
        }
        return ContactStore.byId(db, reference);
    }

    /** One upsert; the reply tells created from updated. */
    public record Saved(boolean created, Map<String, Object> view) {}

    /**
     * Creates or updates by external id or address.
     *
     * @throws io.smartmails.problem.ProblemException 409 when {@code mode} or a match conflict forbids it, 422
     */
    public Saved upsert(ObjectNode body, ContactBatch.Settings settings, boolean lenient) {
        var faults = new Faults(lenient);
        ContactPatch patch = ContactPatch.read(new Fields(body, "", faults), body);
        faults.refuse();
        Outcome outcome = database.write(tx -> upserts.apply(tx, patch, settings, "", new HashMap<>()));
        return saved(outcome);
    }

    /** Merges a change into one contact (PUT). */
    public Map<String, Object> update(
            String reference, ObjectNode body, boolean replace, boolean resubscribe, boolean lenient) {
        var faults = new Faults(lenient);
        ContactPatch patch = ContactPatch.read(new Fields(body, "", faults), body);
        faults.refuse();
        String id = get(reference).id();
        Outcome outcome = database.write(tx -> {
            Contact before = ContactStore.byId(tx.jdbc(), id).orElseThrow();
            return upserts.change(tx, before, patch, new Options(resubscribe, true, replace), new HashMap<>());
        });
        return saved(outcome).view();
    }

    private static Saved saved(Outcome outcome) {
        if (outcome.error() == null) {
            var view = outcome.result().contact().view();
            view.put("result", outcome.result().status());
            return new Saved(outcome.result().status().equals("created"), view);
        }
        FieldError error = outcome.error();
        boolean conflict = error.code().equals("conflict") || error.code().equals("already_exists");
        Problem problem =
                conflict ? Problem.of(ProblemCode.ALREADY_EXISTS, error.detail()) : Faults.problem(List.of(error));
        for (var entry : outcome.more().entrySet()) {
            problem = problem.with(entry.getKey(), entry.getValue());
        }
        throw problem.asException();
    }

    /** The batch of contract 4.10, all items in one commit. Items fail alone. */
    public Map<String, Object> batch(ContactBatch batch, boolean lenient) {
        List<ContactPatch> patches = new ArrayList<>();
        List<Faults> faults = new ArrayList<>();
        for (int i = 0; i < batch.contacts().size(); i++) {
            var itemFaults = new Faults(lenient);
            ObjectNode item = batch.contacts().get(i);
            patches.add(ContactPatch.read(new Fields(item, "/contacts/" + i, itemFaults), item));
            faults.add(itemFaults);
        }
        if (batch.abortOnError()) {
            var wrong = faults.stream()
                    .filter(item -> !item.none())
                    .map(Faults::first)
                    .toList();
            if (!wrong.isEmpty()) {
                throw Faults.problem(wrong).asException();
            }
        }
        List<Outcome> outcomes = database.write(tx -> {
            Map<String, String> lists = new HashMap<>();
            List<Outcome> all = new ArrayList<>();
            for (int i = 0; i < patches.size(); i++) {
                String pointer = "/contacts/" + i;
                Outcome outcome = faults.get(i).none()
                        ? upserts.apply(tx, patches.get(i), batch.settings(), pointer, lists)
                        : new Outcome(null, faults.get(i).first(), Map.of());
                if (outcome.error() != null && batch.abortOnError()) {
                    throw Faults.problem(List.of(outcome.error())).asException();
                }
                all.add(outcome);
            }
            return all;
        });
        return batchView(outcomes);
    }

    private static Map<String, Object> batchView(List<Outcome> outcomes) {
        var view = new LinkedHashMap<String, Object>();
        List.of("created", "updated", "unchanged", "stale", "failed").forEach(status -> view.put(status, 0));
        List<Map<String, Object>> results = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            var result = new LinkedHashMap<String, Object>();
            result.put("index", results.size());
            String status = outcome.error() == null ? outcome.result().status() : "failed";
            result.put("status", status);
            if (outcome.error() == null) {
                result.put("id", outcome.result().contact().id());
                if (outcome.result().keptStatus() != null) {
                    result.put("kept_status", outcome.result().keptStatus());
                }
            } else {
                var error = new LinkedHashMap<String, Object>();
                error.put("code", outcome.error().code());
                error.put("pointer", outcome.error().pointer());
                error.put("detail", outcome.error().detail());
                error.putAll(outcome.more());
                result.put("error", error);
            }
            view.merge(status, 1, (a, b) -> (Integer) a + (Integer) b);
            results.add(result);
        }
        view.put("results", results);
        return view;
    }

    /** Archives: the contact stays, with what it said about mail, but gets no marketing. */
    public void archive(String reference) {
        Contact contact = get(reference);
        database.write(tx -> {
            setArchived(tx, contact);
            return null;
        });
    }

    /** Archives up to 1000; unknown ones are told per item. */
    public Map<String, Object> remove(List<String> references) {
        List<Map<String, Object>> results = database.write(tx -> {
            List<Map<String, Object>> all = new ArrayList<>();
            for (String reference : references) {
                Optional<Contact> contact = find(tx.jdbc(), reference);
                contact.ifPresent(found -> setArchived(tx, found));
                var result = new LinkedHashMap<String, Object>();
                result.put("index", all.size());
                result.put("status", contact.isPresent() ? "removed" : "not_found");
                result.put("id", contact.map(Contact::id).orElse(null));
                all.add(result);
            }
            return all;
        });
        return Map.of("results", results);
    }

    private void setArchived(Tx tx, Contact contact) {
        ContactStore.update(tx, contact, with(contact, contact.status(), true, contact.body(), clock.millis()));
    }

    private static Contact with(Contact contact, String status, boolean archived, ObjectNode body, long now) {
        return new Contact(
                contact.id(),
                contact.email(),
                status,
                archived,
                body,
                contact.sources(),
                contact.lists(),
                contact.createdAt(),
                now);
    }

    /** An opt-in or opt-out with its evidence; without topics it is about all marketing mail. */
    public Map<String, Object> consent(String reference, boolean subscribe, ObjectNode body, boolean lenient) {
        var faults = new Faults(lenient);
        var fields = new Fields(body, "", faults);
        List<String> topics = fields.texts("topics", 100, 100);
        String source = fields.line("source", 200);
        String ip = fields.line("ip", 64);
        String text = fields.text("consent_text", 2000);
        fields.end();
        faults.refuse();
        String id = get(reference).id();
        ObjectNode evidence = Json.object();
        evidence.put("source", source).put("ip", ip).put("text", text);
        return database.write(tx -> {
            Contact before = ContactStore.byId(tx.jdbc(), id).orElseThrow();
            return decide(tx, before, subscribe, topics, evidence).view();
        });
    }

    /** One-click unsubscribe: known contact or not, the address gets no more marketing mail. Repeats change nothing. */
    public void optOut(Tx tx, Contact contact, String topic) {
        ObjectNode evidence = Json.object().put("source", "one-click");
        decide(tx, contact, false, topic == null ? List.of() : List.of(topic), evidence);
    }

    private Contact decide(Tx tx, Contact before, boolean subscribe, List<String> topics, ObjectNode evidence) {
        long now = clock.millis();
        String status = subscribe ? Contact.SUBSCRIBED : Contact.UNSUBSCRIBED;
        ObjectNode body = before.body().deepCopy();
        boolean all = topics.isEmpty();
        if (!all) {
            ObjectNode choices = body.get("topics") instanceof ObjectNode known ? known : body.putObject("topics");
            topics.forEach(topic -> choices.put(topic, subscribe));
        }
        // Opting in to a topic needs the general opt-in as well; opting out of one leaves it alone.
        boolean general = all || subscribe;
        boolean already = before.status().equals(status) && !before.archived();
        if (general && !already) {
            body.set("consent", evidence.deepCopy().put("status", status).put("at", Times.text(now)));
        }
        Contact after = with(before, general ? status : before.status(), false, body, now);
        if (!body.equals(before.body()) || !after.status().equals(before.status()) || before.archived()) {
            ContactStore.update(tx, before, after);
        }
        if (general && after.email() != null) {
            if (subscribe) {
                SuppressionStore.removeOptOut(tx, after.email());
            } else {
                SuppressionStore.put(
                        tx,
                        new Suppression(
                                after.email(), Suppression.MARKETING, Suppression.UNSUBSCRIBE, null, null, now));
            }
        }
        return after;
    }

    /** Inside a transaction of somebody else. */
    public static Optional<Contact> byId(Tx tx, String id) {
        return ContactStore.byId(tx.jdbc(), id);
    }
}

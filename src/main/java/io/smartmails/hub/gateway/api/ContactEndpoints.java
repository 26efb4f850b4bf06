// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.contact.ContactPatch;
import io.smartmails.hub.contact.Contacts;
import io.smartmails.hub.contact.Contacts.Outcome;
import io.smartmails.problem.Problem;
import io.smartmails.problem.Problem.FieldError;
import io.smartmails.problem.ProblemCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** {@code /v1/contacts} (contract 4.10), answered from the ledger. */
final class ContactEndpoints {
    static final int MOST_ITEMS = 1000;
    private static final int LONGEST_REFERENCE = 400;
    private static final Set<String> MODES = Set.of("upsert", "create_only", "update_only");
    private static final List<String> STATUSES = List.of("created", "updated", "unchanged", "stale", "failed");

    private ContactEndpoints() {}

    static Reply list(Call call) {
        return Reply.json(
                200,
                PageRequests.view(call.ledger()
                        .contacts()
                        .list(PageRequests.of(call.parameters(), "status", "list_id", "tag", "external_id", "q"))));
    }

    static Reply get(Call call) {
        return Reply.json(200, view(call, call.variable()));
    }

    private static Map<String, Object> view(Call call, String reference) {
        return call.ledger().contacts().view(reference).orElseThrow(ContactEndpoints::unknown);
    }

    private static RuntimeException unknown() {
        return Call.notFound("There is no such contact");
    }

    static Reply upsert(Call call) {
        String mode = call.parameter("mode") == null ? "upsert" : call.parameter("mode");
        if (!MODES.contains(mode)) {
            throw Problem.of(ProblemCode.INVALID_PARAMETER, "mode must be one of " + String.join(", ", MODES))
                    .asException();
        }
        var settings = new Contacts.Settings(mode, List.of(), call.flag("resubscribe"), call.flag("merge"));
        Faults faults = call.faults();
        ContactPatch patch = ContactReader.read(call.object(), "", faults);
        faults.refuse();
        Ledger.Changed<Outcome> done = call.ledger()
                .change(
                        call,
                        Outcome::changed,
                        (tx, receipt) -> call.ledger().contacts().upsert(tx, patch, settings, "", receipt));
        return saved(call, done);
    }

    static Reply update(Call call) {
        Faults faults = call.faults();
        ContactPatch patch = ContactReader.read(call.object(), "", faults);
        faults.refuse();
        boolean replace = "replace".equals(call.parameter("mode"));
        Ledger.Changed<Optional<Outcome>> done = call.ledger()
                .change(
                        call,
                        outcome -> outcome.filter(Outcome::changed).isPresent(),
                        (tx, receipt) -> call.ledger()
                                .contacts()
                                .update(tx, call.variable(), patch, replace, call.flag("resubscribe"), receipt));
        return saved(call, new Ledger.Changed<>(done.result().orElseThrow(ContactEndpoints::unknown), done.receipt()));
    }

    private static Reply saved(Call call, Ledger.Changed<Outcome> done) {
        Outcome outcome = done.result();
        if (outcome.error() != null) {
            FieldError error = outcome.error();
            boolean conflict = error.code().equals("conflict") || error.code().equals("already_exists");
            Problem problem =
                    conflict ? Problem.of(ProblemCode.ALREADY_EXISTS, error.detail()) : Faults.problem(List.of(error));
            for (var entry : outcome.more().entrySet()) {
                problem = problem.with(entry.getKey(), entry.getValue());
            }
            throw problem.asException();
        }
        Map<String, Object> view = new LinkedHashMap<>(view(call, outcome.id()));
        view.put("result", outcome.status());
        return told(Reply.json(outcome.status().equals("created") ? 201 : 200, view), done.receipt());
    }

    /** With the receipt by which the change's story is found. */
    static Reply told(Reply reply, String receipt) {
        return receipt == null ? reply : reply.with("X-Hub-Receipt", receipt);
    }

    static Reply batch(Call call) {
        Faults faults = call.faults();
        var fields = new Fields(call.object(), "", faults);
        String mode = fields.oneOf("mode", "upsert", "upsert", "create_only", "update_only");
        List<String> matchOn = fields.texts("match_on", 20, 200);
        boolean resubscribe = fields.flag("resubscribe", false);
        boolean merge = fields.flag("merge", false);
        boolean abort =
                fields.oneOf("on_error", "continue", "continue", "abort").equals("abort");
        ObjectNode defaults = fields.object("defaults");
        JsonNode items = fields.any("contacts");
        if (items == null || !items.isArray() || items.isEmpty()) {
            fields.fail("contacts", "required", "must be an array of 1 to " + MOST_ITEMS + " contacts");
        } else if (items.size() > MOST_ITEMS) {
            throw Problem.of(ProblemCode.BATCH_TOO_LARGE, "Send at most " + MOST_ITEMS + " contacts in one call")
                    .with("max_items", MOST_ITEMS)
                    .asException();
        }
        fields.end();
        faults.refuse();
        List<ContactPatch> patches = new ArrayList<>();
        List<Faults> wrong = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Faults own = call.faults();
            patches.add(ContactReader.read(withDefaults(defaults, items.get(i)), "/contacts/" + i, own));
            wrong.add(own);
        }
        if (abort && wrong.stream().anyMatch(own -> !own.none())) {
            throw Faults.problem(wrong.stream()
                            .filter(own -> !own.none())
                            .map(Faults::first)
                            .toList())
                    .asException();
        }
        var settings = new Contacts.Settings(mode, matchOn, resubscribe, merge);
        Ledger.Changed<List<Outcome>> done = call.ledger()
                .change(call, outcomes -> outcomes.stream().anyMatch(Outcome::changed), (tx, receipt) -> {
                    List<Outcome> outcomes = new ArrayList<>();
                    for (int i = 0; i < patches.size(); i++) {
                        Outcome outcome = wrong.get(i).none()
                                ? call.ledger()
                                        .contacts()
                                        .upsert(tx, patches.get(i), settings, "/contacts/" + i, receipt)
                                : new Outcome("failed", null, null, wrong.get(i).first(), Map.of());
                        if (outcome.error() != null && abort) {
                            throw Faults.problem(List.of(outcome.error())).asException();
                        }
                        outcomes.add(outcome);
                    }
                    return outcomes;
                });
        return told(Reply.json(200, results(done.result())), done.receipt());
    }

    /** Defaults are laid under an item: objects by key, everything else gives way. */
    private static JsonNode withDefaults(ObjectNode defaults, JsonNode item) {
        if (defaults == null || !(item instanceof ObjectNode own)) {
            return item;
        }
        ObjectNode merged = defaults.deepCopy();
        own.properties().forEach(entry -> {
            JsonNode below = merged.get(entry.getKey());
            boolean objects = below instanceof ObjectNode && entry.getValue() instanceof ObjectNode;
            merged.set(entry.getKey(), objects ? withDefaults((ObjectNode) below, entry.getValue()) : entry.getValue());
        });
        return merged;
    }

    private static Map<String, Object> results(List<Outcome> outcomes) {
        Map<String, Object> view = new LinkedHashMap<>();
        for (String status : STATUSES) {
            view.put(
                    status,
                    outcomes.stream()
                            .filter(outcome -> outcome.status().equals(status))
                            .count());
        }
        List<Map<String, Object>> results = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("index", results.size());
            result.put("status", outcome.status());
            if (outcome.error() == null) {
                result.put("id", outcome.id());
                if (outcome.keptStatus() != null) {
                    result.put("kept_status", outcome.keptStatus());
                }
            } else {
                result.put("error", error(outcome.error(), outcome.more()));
            }
            results.add(result);
        }
        view.put("results", results);
        return view;
    }

    static Map<String, Object> error(FieldError error, Map<String, Object> more) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("code", error.code());
        view.put("pointer", error.pointer());
        view.put("detail", error.detail());
        view.putAll(more);
        return view;
    }

    static Reply archive(Call call) {
        Ledger.Changed<List<String>> done = archive(call, List.of(call.variable()));
        if (done.result().get(0) == null) {
            throw unknown();
        }
        return told(Reply.noContent(), done.receipt());
    }

    private static Ledger.Changed<List<String>> archive(Call call, List<String> references) {
        return call.ledger()
                .change(
                        call,
                        ids -> ids.stream().anyMatch(Objects::nonNull),
                        (tx, receipt) -> call.ledger().contacts().archive(tx, references, receipt));
    }

    static Reply remove(Call call) {
        Faults faults = call.faults();
        var fields = new Fields(call.object(), "", faults);
        List<String> references = references(fields, faults, "contacts");
        fields.end();
        faults.refuse();
        Ledger.Changed<List<String>> done = archive(call, references);
        List<Map<String, Object>> results = new ArrayList<>();
        for (String id : done.result()) {
            results.add(member(results.size(), id == null ? "not_found" : "removed", id));
        }
        return told(Reply.json(200, Map.of("results", results)), done.receipt());
    }

    static List<String> references(Fields fields, Faults faults, String name) {
        List<String> references = fields.texts(name, MOST_ITEMS, LONGEST_REFERENCE);
        if (references.isEmpty() && faults.none()) {
            fields.fail(name, "required", "must be an array of 1 to " + MOST_ITEMS);
        }
        return references;
    }

    static Map<String, Object> member(int index, String status, String id) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("index", index);
        result.put("status", status);
        result.put("id", id);
        return result;
    }

    static Reply subscribe(Call call) {
        return decide(call, true);
    }

    static Reply unsubscribe(Call call) {
        return decide(call, false);
    }

    private static Reply decide(Call call, boolean subscribe) {
        Faults faults = call.faults();
        var fields = new Fields(call.object(), "", faults);
        List<String> topics = fields.texts("topics", 100, 100);
        var evidence = new ContactPatch.Evidence(
                fields.line("source", 200), null, fields.line("ip", 64), null, fields.text("consent_text", 2000));
        fields.end();
        faults.refuse();
        Ledger.Changed<Optional<Outcome>> done = call.ledger()
                .change(
                        call,
                        outcome -> outcome.filter(Outcome::changed).isPresent(),
                        (tx, receipt) -> call.ledger()
                                .contacts()
                                .decide(tx, call.variable(), subscribe, topics, evidence, receipt));
        Outcome outcome = done.result().orElseThrow(ContactEndpoints::unknown);
        return told(Reply.json(200, view(call, outcome.id())), done.receipt());
    }
}

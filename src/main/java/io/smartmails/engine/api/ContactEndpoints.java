// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.engine.contact.ContactBatch;
import io.smartmails.engine.contact.Contacts;
import io.smartmails.engine.contact.Lists;
import io.smartmails.engine.contact.Suppressions;
import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Contacts, lists and suppressions (contract 4.10 to 4.12). */
final class ContactEndpoints {
    static final long MOST_BATCH_BYTES = 5 * Routes.MB;
    private static final int MOST_MEMBERS = 1000;
    private static final Set<String> MODES = Set.of("upsert", "create_only", "update_only");

    private final Contacts contacts;
    private final Lists lists;
    private final Suppressions suppressions;

    ContactEndpoints(Contacts contacts, Lists lists, Suppressions suppressions) {
        this.contacts = contacts;
        this.lists = lists;
        this.suppressions = suppressions;
    }

    void addTo(Routes routes) {
        contacts(routes, "contacts:read", "contacts:write");
        lists(routes, "lists:read", "lists:write");
        suppressions(routes, "suppressions:read", "suppressions:write");
    }

    private void contacts(Routes routes, String read, String write) {
        routes.add("POST", "/contacts", write, this::upsert);
        routes.add(
                "GET",
                "/contacts",
                read,
                call -> Reply.ok(
                        contacts.list(PageRequest.of(call.parameters(), "status", "list_id", "external_id", "q"))
                                .view()));
        routes.add(
                "POST",
                "/contacts/batch",
                write,
                MOST_BATCH_BYTES,
                call -> Reply.ok(contacts.batch(ContactBatch.read(call.object(), call.lenient()), call.lenient())));
        routes.add(
                "POST",
                "/contacts/remove",
                write,
                call -> Reply.ok(contacts.remove(references(call, false).contacts())));
        routes.add(
                "GET",
                "/contacts/{id}",
                read,
                call -> Reply.ok(contacts.get(call.variable("id")).view()));
        routes.add(
                "PUT",
                "/contacts/{id}",
                write,
                call -> Reply.ok(contacts.update(
                        call.variable("id"),
                        call.object(),
                        "replace".equals(call.parameter("mode")),
                        call.flag("resubscribe"),
                        call.lenient())));
        routes.add("DELETE", "/contacts/{id}", write, call -> {
            contacts.archive(call.variable("id"));
            return Reply.noContent();
        });
        routes.add(
                "POST",
                "/contacts/{id}/subscribe",
                write,
                call -> Reply.ok(contacts.consent(call.variable("id"), true, call.object(), call.lenient())));
        routes.add(
                "POST",
                "/contacts/{id}/unsubscribe",
                write,
                call -> Reply.ok(contacts.consent(call.variable("id"), false, call.object(), call.lenient())));
    }

    private Reply upsert(Call call) {
        String mode = call.parameter("mode") == null ? "upsert" : call.parameter("mode");
        if (!MODES.contains(mode)) {
            throw Problem.of(ProblemCode.INVALID_PARAMETER, "mode must be one of " + String.join(", ", MODES))
                    .asException();
        }
        var settings = new ContactBatch.Settings(mode, List.of(), call.flag("resubscribe"), call.flag("merge"));
        Contacts.Saved saved = contacts.upsert(call.object(), settings, call.lenient());
        return Reply.json(saved.created() ? 201 : 200, saved.view());
    }

    private void lists(Routes routes, String read, String write) {
        routes.add(
                "GET",
                "/lists",
                read,
                call -> Reply.ok(
                        lists.list(PageRequest.of(call.parameters(), "name")).view()));
        routes.add("POST", "/lists", write, call -> Reply.json(201, lists.create(call.object(), call.lenient())));
        routes.add("GET", "/lists/{id}", read, call -> Reply.ok(lists.get(call.variable("id"))));
        routes.add(
                "PUT",
                "/lists/{id}",
                write,
                call -> Reply.ok(lists.update(call.variable("id"), call.object(), call.lenient())));
        routes.add("DELETE", "/lists/{id}", write, call -> {
            lists.delete(call.variable("id"));
            return Reply.noContent();
        });
        routes.add(
                "GET",
                "/lists/{id}/contacts",
                read,
                call -> Reply.ok(lists.members(call.variable("id"), PageRequest.of(call.parameters(), "status"))
                        .view()));
        routes.add("POST", "/lists/{id}/contacts", write, call -> {
            References references = references(call, true);
            return Reply.ok(lists.change(call.variable("id"), references.contacts(), true, references.createMissing()));
        });
        routes.add(
                "POST",
                "/lists/{id}/contacts/remove",
                write,
                call -> Reply.ok(lists.change(
                        call.variable("id"), references(call, false).contacts(), false, false)));
    }

    private void suppressions(Routes routes, String read, String write) {
        routes.add(
                "GET",
                "/suppressions",
                read,
                call -> Reply.ok(suppressions
                        .list(PageRequest.byCreation(call.parameters(), "reason", "scope"))
                        .view()));
        routes.add("POST", "/suppressions", write, this::suppress);
        routes.add("GET", "/suppressions/{email}", read, call -> Reply.ok(suppressions.get(call.variable("email"))));
        routes.add("DELETE", "/suppressions/{email}", write, call -> {
            boolean force = call.flag("force") && call.caller().admin();
            suppressions.remove(call.variable("email"), force);
            return Reply.noContent();
        });
    }

    private Reply suppress(Call call) {
        var faults = new Faults(call.lenient());
        var fields = new Fields(call.object(), "", faults);
        List<JsonNode> items = fields.array("items", Suppressions.MOST_ITEMS);
        if (items.isEmpty() && faults.none()) {
            fields.fail("items", "required", "must be an array of 1 to " + Suppressions.MOST_ITEMS);
        }
        fields.end();
        faults.refuse();
        return Reply.ok(suppressions.add(items, call.lenient()));
    }

    private record References(List<String> contacts, boolean createMissing) {}

    private static References references(Call call, boolean mayCreate) {
        var faults = new Faults(call.lenient());
        var fields = new Fields(call.object(), "", faults);
        List<String> references = fields.texts("contacts", MOST_MEMBERS, 320);
        if (references.isEmpty() && faults.none()) {
            fields.fail("contacts", "required", "must be an array of 1 to " + MOST_MEMBERS + " ids or addresses");
        }
        boolean create = mayCreate && fields.flag("create_missing", false);
        fields.end();
        faults.refuse();
        return new References(references, create);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.engine.contact.Contact;
import io.smartmails.engine.contact.Contacts;
import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.engine.template.CompiledTemplate;
import io.smartmails.engine.template.Templates;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.LinkedHashMap;
import java.util.Map;

/** Templates (contract 4.9); {@code {id}} is an id or an alias everywhere. */
final class TemplateEndpoints {
    private static final long MOST_BYTES = 4 * Routes.MB;

    private final Templates templates;
    private final Contacts contacts;

    TemplateEndpoints(Templates templates, Contacts contacts) {
        this.templates = templates;
        this.contacts = contacts;
    }

    void addTo(Routes routes) {
        String read = "templates:read";
        String write = "templates:write";
        routes.add(
                "GET",
                "/templates",
                read,
                call -> Reply.ok(
                        templates.list(PageRequest.of(call.parameters())).view()));
        routes.add(
                "POST",
                "/templates",
                write,
                MOST_BYTES,
                call -> Reply.json(201, templates.create(call.object(), call.lenient())));
        routes.add(
                "GET",
                "/templates/{id}",
                read,
                call -> Reply.ok(templates.get(call.variable("id"), call.parameter("version")))
                        .with("ETag", templates.tag(call.variable("id"))));
        routes.add("PUT", "/templates/{id}", write, MOST_BYTES, this::update);
        routes.add("DELETE", "/templates/{id}", write, call -> {
            templates.delete(call.variable("id"));
            return Reply.noContent();
        });
        routes.add("POST", "/templates/{id}/publish", write, call -> Reply.ok(templates.publish(call.variable("id"))));
        routes.add(
                "POST",
                "/templates/{id}/duplicate",
                write,
                call -> Reply.json(201, templates.duplicate(call.variable("id"))));
        routes.add("POST", "/templates/{id}/render", read, call -> Reply.ok(render(call)));
        routes.add("GET", "/templates/{id}/versions", read, call -> Reply.ok(templates.versions(call.variable("id"))));
        routes.add("POST", "/templates/{id}/rollback", write, this::rollback);
    }

    private Reply update(Call call) {
        String id = call.variable("id");
        String expected = call.request().getHeader("If-Match");
        if (expected != null && !expected.equals("*") && !expected.equals(templates.tag(id))) {
            throw Problem.of(ProblemCode.PRECONDITION_FAILED, "read the template again, then repeat your change")
                    .asException();
        }
        var view = templates.update(id, call.object(), "replace".equals(call.parameter("mode")), call.lenient());
        return Reply.ok(view).with("ETag", templates.tag((String) view.get("id")));
    }

    private Reply rollback(Call call) {
        var faults = new Faults(call.lenient());
        var fields = new Fields(call.object(), "", faults);
        Integer version = fields.count("version");
        if (version == null && faults.none()) {
            fields.fail("version", "required", "is needed");
        }
        fields.end();
        faults.refuse();
        return Reply.ok(templates.rollback(call.variable("id"), version));
    }

    private Map<String, Object> render(Call call) {
        var faults = new Faults(call.lenient());
        var fields = new Fields(call.object(), "", faults);
        String contactId = fields.line("contact_id", 320);
        Map<String, Object> contact = Json.plain(fields.object("contact"));
        Map<String, Object> variables = Json.plain(fields.object("variables"));
        Map<String, Object> event = fields.has("event") ? Json.plain(fields.object("event")) : null;
        fields.end();
        faults.refuse();
        var names = new LinkedHashMap<String, Object>();
        Contact known = contactId == null ? null : contacts.get(contactId);
        names.put("contact", known == null ? contact : known.variables());
        if (event != null) {
            names.put("event", event);
        }
        names.put("links", new LinkedHashMap<>(Map.of("unsubscribe", "#unsubscribe")));
        CompiledTemplate template = templates.compiled(call.variable("id"), call.parameter("version"));
        return template.render(variables, names, null).view(template.missing(variables));
    }
}

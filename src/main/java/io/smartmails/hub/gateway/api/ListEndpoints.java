// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.db.Tx;
import io.smartmails.hub.contact.Lists;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /v1/lists} (contract 4.11), answered from the ledger. */
final class ListEndpoints {
    /** Contract 4.2. */
    private static final int MOST_LISTS = 1000;

    private ListEndpoints() {}

    static Reply list(Call call) {
        return Reply.json(
                200, PageRequests.view(call.ledger().lists().list(PageRequests.of(call.parameters(), "name"))));
    }

    static Reply get(Call call) {
        return Reply.json(200, view(call, call.variable()));
    }

    private static Map<String, Object> view(Call call, String id) {
        return call.ledger().lists().view(id).orElseThrow(ListEndpoints::unknown);
    }

    private static RuntimeException unknown() {
        return Call.notFound("There is no such list");
    }

    static Reply create(Call call) {
        ObjectNode body = call.object();
        Map<String, Object> fields = read(call, body);
        if (call.ledger().lists().count() >= MOST_LISTS) {
            throw Problem.of(ProblemCode.VALIDATION_FAILED, "An account may have " + MOST_LISTS + " lists; delete some")
                    .asException();
        }
        return Reply.json(201, view(call, save(call, null, fields)));
    }

    static Reply update(Call call) {
        ObjectNode body = call.object();
        String id = call.ledger()
                .change(call, saved -> false, (tx, receipt) -> {
                    Map<String, Object> before =
                            call.ledger().lists().fields(tx, call.variable()).orElseThrow(ListEndpoints::unknown);
                    ObjectNode merged = ApiJson.MAPPER.valueToTree(before);
                    merged.setAll(body);
                    return save(tx, call, call.variable(), read(call, merged));
                })
                .result();
        return Reply.json(200, view(call, id));
    }

    private static String save(Call call, String id, Map<String, Object> fields) {
        return call.ledger()
                .change(call, saved -> false, (tx, receipt) -> save(tx, call, id, fields))
                .result();
    }

    private static String save(Tx tx, Call call, String id, Map<String, Object> fields) {
        Lists lists = call.ledger().lists();
        Map<String, Object> others = new LinkedHashMap<>(fields);
        String name = (String) others.remove("name");
        lists.named(tx, name).filter(other -> !other.equals(id)).ifPresent(other -> {
            throw Problem.of(ProblemCode.ALREADY_EXISTS, "A list of that name is there already")
                    .with("existing_id", other)
                    .asException();
        });
        return lists.save(tx, id, name, others);
    }

    private static Map<String, Object> read(Call call, ObjectNode body) {
        Faults faults = call.faults();
        var fields = new Fields(body, "", faults);
        Map<String, Object> read = new LinkedHashMap<>();
        read.put("name", fields.requiredLine("name", 200));
        read.put("description", fields.text("description", 2000));
        read.put("double_opt_in", fields.flag("double_opt_in", false));
        read.put("sender_profile_id", fields.line("sender_profile_id", 64));
        read.put("confirm_template_id", fields.line("confirm_template_id", 64));
        fields.accept("id", "contact_count", "created_at", "updated_at");
        fields.end();
        faults.refuse();
        return read;
    }

    static Reply delete(Call call) {
        boolean there = call.ledger()
                .change(
                        call,
                        gone -> false,
                        (tx, receipt) -> call.ledger().lists().delete(tx, call.variable()))
                .result();
        if (!there) {
            throw unknown();
        }
        return Reply.noContent();
    }

    static Reply members(Call call) {
        view(call, call.variable());
        return Reply.json(
                200,
                PageRequests.view(
                        call.ledger().lists().members(call.variable(), PageRequests.of(call.parameters(), "status"))));
    }

    static Reply add(Call call) {
        return change(call, true);
    }

    static Reply remove(Call call) {
        return change(call, false);
    }

    private static Reply change(Call call, boolean add) {
        Faults faults = call.faults();
        var fields = new Fields(call.object(), "", faults);
        List<String> references = ContactEndpoints.references(fields, faults, "contacts");
        boolean create = add && fields.flag("create_missing", false);
        fields.end();
        faults.refuse();
        Lists lists = call.ledger().lists();
        String id = call.variable();
        Ledger.Changed<List<Lists.Membership>> done = call.ledger()
                .change(call, members -> members.stream().anyMatch(Lists.Membership::changed), (tx, receipt) -> {
                    if (lists.fields(tx, id).isEmpty()) {
                        throw unknown();
                    }
                    return lists.change(tx, id, references, add, create, receipt);
                });
        List<Map<String, Object>> results = new ArrayList<>();
        for (Lists.Membership member : done.result()) {
            results.add(ContactEndpoints.member(results.size(), member.status(), member.id()));
        }
        return ContactEndpoints.told(Reply.json(200, Map.of("results", results)), done.receipt());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.db.Tx;
import io.smartmails.hub.contact.Addresses;
import io.smartmails.hub.contact.Suppression;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code /v1/suppressions} (contract 4.12), answered from the ledger. */
final class SuppressionEndpoints {
    private static final int MOST_ITEMS = 1000;
    /** Scopes of a key that may undo a complaint: the contract asks for owner or admin. */
    private static final String ADMIN = "keys:admin";

    private SuppressionEndpoints() {}

    static Reply list(Call call) {
        return Reply.json(
                200,
                PageRequests.view(call.ledger()
                        .suppressions()
                        .list(PageRequests.byCreation(call.parameters(), "reason", "scope"))));
    }

    static Reply get(Call call) {
        return Reply.json(
                200,
                call.ledger().suppressions().view(call.variable()).orElseThrow(SuppressionEndpoints::notSuppressed));
    }

    private static RuntimeException notSuppressed() {
        return Call.notFound("That address is not suppressed");
    }

    static Reply add(Call call) {
        Faults faults = call.faults();
        var fields = new Fields(call.object(), "", faults);
        List<JsonNode> items = fields.array("items", MOST_ITEMS);
        if (items.isEmpty() && faults.none()) {
            fields.fail("items", "required", "must be an array of 1 to " + MOST_ITEMS);
        }
        fields.end();
        faults.refuse();
        List<Map<String, Object>> results = new ArrayList<>();
        List<Suppression> good = new ArrayList<>();
        for (JsonNode item : items) {
            Faults own = call.faults();
            Suppression entry =
                    read(item, "/items/" + results.size(), own, call.ledger().now());
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("index", results.size());
            if (own.none()) {
                good.add(entry);
                result.put("status", "added");
                result.put("email", entry.email());
            } else {
                result.put("status", "failed");
                result.put("error", ContactEndpoints.error(own.first(), Map.of()));
            }
            results.add(result);
        }
        if (good.isEmpty()) {
            return Reply.json(200, Map.of("results", results));
        }
        Ledger.Changed<Boolean> done = call.ledger().change(call, told -> told, (tx, receipt) -> {
            good.forEach(entry -> call.ledger().suppressions().add(tx, entry, receipt));
            return true;
        });
        return ContactEndpoints.told(Reply.json(200, Map.of("results", results)), done.receipt());
    }

    private static Suppression read(JsonNode item, String pointer, Faults faults, long now) {
        var fields = new Fields(item, pointer, faults);
        String email = fields.email("email");
        if (email == null && faults.none()) {
            fields.fail("email", "required", "is needed");
        }
        String reason = fields.oneOf("reason", "manual", Suppression.REASONS.toArray(String[]::new));
        String scope = fields.line("scope", 120);
        if (scope != null && !scope.matches("all|marketing|topic:.+")) {
            fields.fail("scope", "invalid_value", "must be all, marketing or topic:<id>");
        }
        Long expiresAt = fields.time("expires_at");
        String note = fields.line("note", 500);
        fields.end();
        return new Suppression(
                email == null ? "" : email.toLowerCase(Locale.ROOT),
                scope == null ? Suppression.usualScope(reason) : scope,
                reason,
                note,
                expiresAt,
                now,
                now);
    }

    static Reply delete(Call call) {
        String key = Addresses.key(call.variable()).orElseThrow(SuppressionEndpoints::notSuppressed);
        String status = call.ledger()
                .change(call, gone -> false, (tx, receipt) -> remove(tx, call, key))
                .result();
        return switch (status) {
            case "removed" -> Reply.noContent();
            case "not_found" -> throw notSuppressed();
            default ->
                throw Problem.of(
                                ProblemCode.INVALID_STATE,
                                "The person complained; removing that needs ?force=true and a key with " + ADMIN)
                        .with("state", "complaint")
                        .asException();
        };
    }

    private static String remove(Tx tx, Call call, String key) {
        boolean force = call.flag("force") && call.caller().may(ADMIN);
        if (!force && call.ledger().suppressions().hasComplaint(tx, key)) {
            return "complaint";
        }
        return call.ledger().suppressions().remove(tx, key) ? "removed" : "not_found";
    }

    static Reply remove(Call call) {
        Faults faults = call.faults();
        var fields = new Fields(call.object(), "", faults);
        List<String> emails = ContactEndpoints.references(fields, faults, "emails");
        fields.end();
        faults.refuse();
        List<Map<String, Object>> results = call.ledger()
                .change(call, gone -> false, (tx, receipt) -> {
                    List<Map<String, Object>> all = new ArrayList<>();
                    for (String email : emails) {
                        Map<String, Object> result = new LinkedHashMap<>();
                        result.put("index", all.size());
                        String status = Addresses.key(email)
                                .map(key -> remove(tx, call, key))
                                .orElse("not_found");
                        result.put("status", status.equals("complaint") ? "failed" : status);
                        result.put("email", email);
                        if (status.equals("complaint")) {
                            result.put(
                                    "error",
                                    Map.of(
                                            "code",
                                            "invalid_state",
                                            "pointer",
                                            "/emails/" + all.size(),
                                            "detail",
                                            "the person complained; removing that needs ?force=true and a key with "
                                                    + ADMIN));
                        }
                        all.add(result);
                    }
                    return all;
                })
                .result();
        return Reply.json(200, Map.of("results", results));
    }
}

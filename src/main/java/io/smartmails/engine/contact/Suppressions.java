// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.engine.input.Addresses;
import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.page.Page;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Addresses that must not be mailed, and why. */
public final class Suppressions {
    public static final int MOST_ITEMS = 1000;

    private final Database database;
    private final SuppressionStore store;
    private final InstantSource clock;

    public Suppressions(Database database, InstantSource clock) {
        this.database = database;
        this.store = new SuppressionStore(database);
        this.clock = clock;
    }

    public Page list(PageRequest request) {
        return store.list(request, clock.millis());
    }

    /** The widest entry of the address, and all of them as {@code entries}. */
    public Map<String, Object> get(String email) {
        List<Suppression> entries = require(email);
        Map<String, Object> view = entries.get(0).view();
        view.put("entries", entries.stream().map(Suppression::view).toList());
        return view;
    }

    /** Adds or changes entries; items fail alone. */
    public Map<String, Object> add(List<JsonNode> items, boolean lenient) {
        long now = clock.millis();
        List<Map<String, Object>> results = new ArrayList<>();
        List<Suppression> good = new ArrayList<>();
        for (JsonNode item : items) {
            var faults = new Faults(lenient);
            var fields = new Fields(item, "/items/" + results.size(), faults);
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
            var result = new LinkedHashMap<String, Object>();
            result.put("index", results.size());
            if (faults.none()) {
                String key = Addresses.key(email);
                good.add(new Suppression(
                        key, scope == null ? Suppression.usualScope(reason) : scope, reason, note, expiresAt, now));
                result.put("status", "added");
                result.put("email", key);
            } else {
                result.put("status", "failed");
                result.put(
                        "error",
                        Map.of(
                                "code", faults.first().code(),
                                "pointer", faults.first().pointer(),
                                "detail", faults.first().detail()));
            }
            results.add(result);
        }
        if (!good.isEmpty()) {
            database.write(tx -> {
                good.forEach(suppression -> put(tx, suppression));
                return null;
            });
        }
        return Map.of("results", results);
    }

    /** Stores the entry; a contact of that address gets the status that goes with the reason. */
    public static void put(Tx tx, Suppression suppression) {
        SuppressionStore.put(tx, suppression);
        String status = switch (suppression.reason()) {
            case Suppression.HARD_BOUNCE -> Contact.BOUNCED;
            case Suppression.COMPLAINT -> Contact.COMPLAINED;
            case Suppression.UNSUBSCRIBE -> Contact.UNSUBSCRIBED;
            default -> null;
        };
        if (status != null && !suppression.scope().startsWith("topic:")) {
            ContactStore.setStatus(tx, suppression.email(), status, suppression.createdAt());
        }
    }

    /** @throws io.smartmails.problem.ProblemException 404; 409 for a complaint without force */
    public void remove(String email, boolean force) {
        List<Suppression> entries = require(email);
        if (!force && entries.stream().anyMatch(entry -> entry.reason().equals(Suppression.COMPLAINT))) {
            throw Problem.of(
                            ProblemCode.INVALID_STATE,
                            "the person complained; removing that needs ?force=true and a key with every scope")
                    .with("state", Suppression.COMPLAINT)
                    .asException();
        }
        database.write(tx -> SuppressionStore.remove(tx, entries.get(0).email()));
    }

    private List<Suppression> require(String email) {
        List<Suppression> entries = store.of(Addresses.key(email.strip()), clock.millis());
        if (entries.isEmpty()) {
            throw Problem.of(ProblemCode.NOT_FOUND, "that address is not suppressed")
                    .asException();
        }
        return entries;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.input.Json;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request to {@code /contacts/batch}, with the defaults laid under each item.
 *
 * @param contacts one object per item, in order
 */
public record ContactBatch(Settings settings, boolean abortOnError, List<ObjectNode> contacts) {
    public static final int MOST_ITEMS = 1000;

    /**
     * How items are matched and what they may do.
     *
     * @param mode upsert, create_only or update_only
     * @param matchOn {@code email} and {@code external_id:<namespace>}; empty means both kinds
     * @param resubscribe a newer consent may bring back someone who left
     * @param merge contacts that turn out to be one person become one
     */
    public record Settings(String mode, List<String> matchOn, boolean resubscribe, boolean merge) {
        boolean matches(String key) {
            return matchOn.isEmpty() || matchOn.contains(key);
        }
    }

    /** @throws io.smartmails.problem.ProblemException 413 for too many items, 422 */
    public static ContactBatch read(JsonNode body, boolean lenient) {
        var faults = new Faults(lenient);
        var fields = new Fields(body, "", faults);
        String mode = fields.oneOf("mode", "upsert", "upsert", "create_only", "update_only");
        List<String> matchOn = fields.texts("match_on", 20, 200);
        boolean resubscribe = fields.flag("resubscribe", false);
        boolean merge = fields.flag("merge", false);
        String onError = fields.oneOf("on_error", "continue", "continue", "abort");
        ObjectNode given = fields.object("defaults");
        ObjectNode defaults = given == null ? Json.object() : given;
        JsonNode items = fields.any("contacts");
        if (items == null || !items.isArray() || items.isEmpty()) {
            fields.fail("contacts", "required", "must be an array of 1 to " + MOST_ITEMS + " contacts");
        } else if (items.size() > MOST_ITEMS) {
            throw Problem.of(ProblemCode.BATCH_TOO_LARGE, "send at most " + MOST_ITEMS + " contacts in one call")
                    .with("max_items", MOST_ITEMS)
                    .asException();
        }
        fields.end();
        faults.refuse();
        List<ObjectNode> merged = items.valueStream()
                .map(item -> item instanceof ObjectNode object ? Json.merge(defaults, object) : Json.object())
                .toList();
        return new ContactBatch(new Settings(mode, matchOn, resubscribe, merge), onError.equals("abort"), merged);
    }
}

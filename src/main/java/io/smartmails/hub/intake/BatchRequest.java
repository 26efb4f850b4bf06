// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Many items in one request, with a result each.
 *
 * @param <T> an item that was found right
 */
final class BatchRequest<T> {
    /** Reads one item; wrong places go to the faults. */
    @FunctionalInterface
    interface Reader<T> {
        T read(ObjectNode item, String at, Faults faults);
    }

    private final List<ObjectNode> items = new ArrayList<>();
    private final Map<Integer, T> good = new TreeMap<>();
    private final Map<Integer, List<Problem.FieldError>> bad = new TreeMap<>();
    private final boolean abort;
    private final String name;

    /**
     * @param name of the array in the body
     * @param maxItems more of them are 413
     * @throws io.smartmails.problem.ProblemException 413 {@code batch_too_large}, 422 for the body around the items
     */
    BatchRequest(ObjectNode body, String name, int maxItems, Set<String> members, boolean lenient) {
        this.name = name;
        var faults = new Faults(lenient);
        var fields = new FieldReader(body, "", faults);
        fields.onlyKnown(members);
        fields.object("defaults");
        this.abort = fields.oneOf("on_error", "continue", "continue", "abort").equals("abort");
        JsonNode list = body.path(name);
        if (!list.isArray() || list.isEmpty()) {
            fields.fail(name, "required", "must be an array of 1 to " + maxItems + " items");
        } else if (list.size() > maxItems) {
            throw Problem.of(ProblemCode.BATCH_TOO_LARGE, "A batch may have " + maxItems + " items; split it")
                    .with("max_items", maxItems)
                    .asException();
        }
        faults.refuse();
        list.forEach(item -> items.add(item instanceof ObjectNode object ? object : null));
    }

    /** Checks every item. */
    void read(boolean lenient, Reader<T> reader) {
        for (int i = 0; i < items.size(); i++) {
            String at = "/" + name + "/" + i;
            var faults = new Faults(lenient);
            if (items.get(i) == null) {
                faults.add(at, "field_type", "must be an object");
                bad.put(i, faults.all());
                continue;
            }
            T item = reader.read(items.get(i), at, faults);
            if (faults.none()) {
                good.put(i, item);
            } else {
                bad.put(i, faults.all());
            }
        }
    }

    /** The right ones, in order. */
    List<T> good() {
        return List.copyOf(good.values());
    }

    int rejected() {
        return bad.size();
    }

    /** @throws io.smartmails.problem.ProblemException 422 when nothing is to be taken: all are wrong, or one with {@code abort} */
    void refuse() {
        if (bad.isEmpty() || !abort && !good.isEmpty()) {
            return;
        }
        List<Map<String, Object>> results = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            results.add(bad.containsKey(i) ? rejection(i) : result(i, "not_taken"));
        }
        throw new Problem(
                        good.isEmpty() ? ProblemCode.ALL_ITEMS_REJECTED : ProblemCode.VALIDATION_FAILED,
                        bad.size() + " of " + items.size() + " items are wrong; nothing was taken",
                        bad.values().stream().flatMap(List::stream).toList(),
                        Map.of("results", results),
                        Map.of())
                .asException();
    }

    /** One result per item, in the order of the request. */
    List<Map<String, Object>> results(List<Taken> taken) {
        List<Map<String, Object>> results = new ArrayList<>();
        var next = taken.iterator();
        for (int i = 0; i < items.size(); i++) {
            if (bad.containsKey(i)) {
                results.add(rejection(i));
            } else {
                Taken one = next.next();
                Map<String, Object> result = result(i, one.duplicate() ? "duplicate" : "accepted");
                result.put("id", one.id());
                results.add(result);
            }
        }
        return results;
    }

    private Map<String, Object> rejection(int index) {
        Problem.FieldError first = bad.get(index).get(0);
        Map<String, Object> result = result(index, "rejected");
        result.put("error", Map.of("code", first.code(), "pointer", first.pointer(), "detail", first.detail()));
        return result;
    }

    private Map<String, Object> result(int index, String status) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("index", index);
        result.put("status", status);
        ObjectNode item = items.get(index);
        result.put("dedupe_id", item == null ? null : item.path("dedupe_id").textValue());
        return result;
    }
}

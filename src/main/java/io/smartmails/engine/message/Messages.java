// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.db.Database;
import io.smartmails.engine.access.Caller;
import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.page.Page;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.Problem.FieldError;
import io.smartmails.problem.ProblemCode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The messages of the API: single and batch acceptance, look-ups, moving and cancelling what still waits. */
public final class Messages {
    public static final int MOST_ITEMS = 500;
    private static final Set<String> CONTENT = Set.of("template_id", "template_alias", "html", "text");
    private static final Set<String> SENDER = Set.of("from", "sender_profile_id");

    private final Database database;
    private final MessageStore store;
    private final MessageAcceptance acceptance;
    private final MessagePreparation preparation;
    private final Ids ids;
    private final InstantSource clock;

    public Messages(
            Database database,
            MessageAcceptance acceptance,
            MessagePreparation preparation,
            Ids ids,
            InstantSource clock) {
        this.database = database;
        this.store = new MessageStore(database);
        this.acceptance = acceptance;
        this.preparation = preparation;
        this.ids = ids;
        this.clock = clock;
    }

    /** @throws io.smartmails.problem.ProblemException 422 when the message is wrong */
    public Map<String, Object> send(Caller caller, ObjectNode body, boolean lenient) {
        Acceptance result = acceptance
                .accept(caller, List.of(body), List.of(""), null, lenient, false)
                .get(0);
        if (result.is(Acceptance.REJECTED)) {
            FieldError first = result.errors().get(0);
            throw (first.code().equals("template_error")
                            ? Problem.of(ProblemCode.TEMPLATE_ERROR, first.detail())
                            : Faults.problem(result.errors()))
                    .asException();
        }
        Map<String, Object> view = require(result.id()).view(false);
        view.put("duplicate", result.is(Acceptance.DUPLICATE));
        return view;
    }

    /**
     * Accepts up to 500 messages in one commit.
     *
     * @throws io.smartmails.problem.ProblemException 413 for too many, 422 when none could be taken or, with {@code
     *     on_error: abort}, when one is wrong; both with {@code results}
     */
    public Map<String, Object> sendBatch(Caller caller, JsonNode body, boolean lenient) {
        var faults = new Faults(lenient);
        var fields = new Fields(body, "", faults);
        ObjectNode given = fields.object("defaults");
        ObjectNode defaults = given == null ? Json.object() : given;
        boolean abort =
                fields.oneOf("on_error", "continue", "continue", "abort").equals("abort");
        JsonNode items = fields.any("messages");
        if (items == null || !items.isArray() || items.isEmpty()) {
            fields.fail("messages", "required", "must be an array of 1 to " + MOST_ITEMS + " messages");
        } else if (items.size() > MOST_ITEMS) {
            throw Problem.of(ProblemCode.BATCH_TOO_LARGE, "send at most " + MOST_ITEMS + " messages in one call")
                    .with("max_items", MOST_ITEMS)
                    .asException();
        }
        fields.end();
        faults.refuse();
        List<ObjectNode> merged =
                items.valueStream().map(item -> withDefaults(defaults, item)).toList();
        List<String> pointers = IntStream.range(0, merged.size())
                .mapToObj(i -> "/messages/" + i)
                .toList();
        String batchId = ids.next("bat");
        return view(batchId, acceptance.accept(caller, merged, pointers, batchId, lenient, abort), abort);
    }

    /** Content and sender of an item replace those of the defaults as a whole: they exclude each other. */
    private static ObjectNode withDefaults(ObjectNode defaults, JsonNode item) {
        if (!(item instanceof ObjectNode own)) {
            return Json.object();
        }
        ObjectNode under = defaults.deepCopy();
        for (Set<String> group : List.of(CONTENT, SENDER)) {
            if (group.stream().anyMatch(own::has)) {
                under.remove(group);
            }
        }
        return Json.merge(under, own);
    }

    private static Map<String, Object> view(String batchId, List<Acceptance> results, boolean abort) {
        List<Map<String, Object>> items = new ArrayList<>();
        var counts = new LinkedHashMap<String, Integer>();
        for (Acceptance result : results) {
            counts.merge(result.status(), 1, Integer::sum);
            items.add(result.view(items.size()));
        }
        int rejected = counts.getOrDefault(Acceptance.REJECTED, 0);
        if (abort && rejected > 0) {
            throw Problem.of(ProblemCode.VALIDATION_FAILED, rejected + " items are wrong, so nothing was taken")
                    .with("results", items)
                    .asException();
        }
        if (rejected == results.size()) {
            throw Problem.of(ProblemCode.ALL_ITEMS_REJECTED, "no item could be taken; see results")
                    .with("results", items)
                    .asException();
        }
        var view = new LinkedHashMap<String, Object>();
        view.put("batch_id", batchId);
        view.put("accepted", counts.getOrDefault(Acceptance.ACCEPTED, 0));
        view.put("duplicates", counts.getOrDefault(Acceptance.DUPLICATE, 0));
        view.put("dropped", counts.getOrDefault(Acceptance.DROPPED, 0));
        view.put("rejected", rejected);
        view.put("results", items);
        return view;
    }

    public Map<String, Object> preview(ObjectNode body, boolean lenient) {
        return preparation.preview(body, lenient, clock.millis());
    }

    public Page list(PageRequest request) {
        return store.list(request);
    }

    public Map<String, Object> get(String id, Set<String> include) {
        Map<String, Object> view = require(id).view(include.contains("content"));
        if (include.contains("events")) {
            view.put("events", store.events(id));
        }
        return view;
    }

    public Map<String, Object> events(String id) {
        require(id);
        return new Page(store.events(id), null, null).view();
    }

    /** Counts by status of one batch. */
    public Map<String, Object> batch(String id) {
        Map<String, Long> counts = store.batchCounts(id);
        if (counts.isEmpty()) {
            throw Problem.of(ProblemCode.NOT_FOUND, "there is no batch " + id).asException();
        }
        var view = new LinkedHashMap<String, Object>();
        view.put("id", id);
        view.put("total", counts.values().stream().mapToLong(Long::longValue).sum());
        view.put("counts", counts);
        return view;
    }

    /** Moves a scheduled message. */
    public Map<String, Object> reschedule(String id, ObjectNode body, boolean lenient) {
        Message message = require(id);
        var faults = new Faults(lenient);
        var fields = new Fields(body, "", faults);
        Long sendAt = fields.time("send_at");
        if (sendAt == null && faults.none()) {
            fields.fail("send_at", "required", "is needed");
        }
        fields.end();
        faults.refuse();
        if (!message.status().equals(Message.SCHEDULED)) {
            throw wrongState(message);
        }
        change(message, Message.SCHEDULED, sendAt, sendAt);
        return require(id).view(false);
    }

    /** Cancels what was not sent yet. */
    public void cancel(String id) {
        change(require(id), Message.CANCELLED, null, null);
    }

    private void change(Message message, String status, Long sendAt, Long dueAt) {
        long now = clock.millis();
        String eventId = ids.next("evt");
        boolean changed = database.write(tx -> {
            boolean done = MessageStore.reschedule(tx, message.id(), status, sendAt, dueAt, now);
            if (done) {
                MessageStore.event(tx, eventId, message.id(), status, null, now);
            }
            return done;
        });
        if (!changed) {
            throw wrongState(require(message.id()));
        }
    }

    private static RuntimeException wrongState(Message message) {
        return Problem.of(ProblemCode.INVALID_STATE, "the message is " + message.status() + " already")
                .with("state", message.status())
                .asException();
    }

    public long acceptedSince(long time) {
        return store.acceptedSince(time);
    }

    private Message require(String id) {
        return store.find(id)
                .orElseThrow(() -> Problem.of(ProblemCode.NOT_FOUND, "there is no message " + id)
                        .asException());
    }
}

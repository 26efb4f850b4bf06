// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.db.Database;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** {@code /v1/messages} and {@code /v1/message-batches} (contract 4.8): accepted here, paced later, told from the ledger. */
final class MessageEndpoints {
    private static final int MAX_MESSAGE_BYTES = 15 * 1024 * 1024;
    private static final int MAX_BATCH_BYTES = 20 * 1024 * 1024;
    private static final int MAX_CHANGE_BYTES = 1024 * 1024;
    static final int MAX_BATCH_ITEMS = 500;
    private static final Set<String> BATCH_MEMBERS = Set.of("defaults", "on_error", "messages");
    private static final Set<String> INCLUDES = Set.of("content", "events");

    private final Database database;
    private final MessageIntake intake;
    private final MessageStore messages;
    private final EnvelopeStore envelopes;
    private final ItemStore items;
    private final StoryStore stories;
    private final TimelineStore timeline;
    private final SendingRights rights;
    private final Wakeup sender;
    private final InstantSource clock;
    private final Ids ids;

    MessageEndpoints(
            Database database,
            MessageIntake intake,
            MessageStore messages,
            EnvelopeStore envelopes,
            ItemStore items,
            StoryStore stories,
            TimelineStore timeline,
            SendingRights rights,
            Wakeup sender,
            InstantSource clock,
            Ids ids) {
        this.database = database;
        this.intake = intake;
        this.messages = messages;
        this.envelopes = envelopes;
        this.items = items;
        this.stories = stories;
        this.timeline = timeline;
        this.rights = rights;
        this.sender = sender;
        this.clock = clock;
        this.ids = ids;
    }

    Call.Reply send(Call call) throws IOException {
        var faults = new Faults(call.lenient());
        MessageRequest request = read(call, call.body(MAX_MESSAGE_BYTES), "", faults);
        faults.refuse();
        rights.takeRecipients(call.caller(), request.recipients().size());
        Call.Reply reply = call.commit(database, 202, tx -> {
            Taken taken = intake.take(tx, List.of(request), call.caller(), null).get(0);
            Map<String, Object> view =
                    MessageView.of(messages.find(tx, taken.id(), call.mode()).orElseThrow());
            view.put("duplicate", taken.duplicate());
            return view;
        });
        sender.signal();
        return reply;
    }

    Call.Reply sendBatch(Call call) throws IOException {
        ObjectNode body = call.body(MAX_BATCH_BYTES);
        var batch = new BatchRequest<MessageRequest>(body, "messages", MAX_BATCH_ITEMS, BATCH_MEMBERS, call.lenient());
        ObjectNode defaults = body.get("defaults") instanceof ObjectNode given ? given : body.objectNode();
        batch.read(call.lenient(), (item, at, faults) -> {
            var found = new Faults(call.lenient());
            MessageRequest request = read(call, BatchDefaults.under(item, defaults), at, found);
            found.all()
                    .forEach(error -> faults.add(
                            BatchDefaults.placeOf(error.pointer(), at, item, defaults), error.code(), error.detail()));
            return request;
        });
        batch.refuse();
        List<MessageRequest> good = batch.good();
        rights.takeRecipients(
                call.caller(),
                good.stream().mapToInt(request -> request.recipients().size()).sum());
        String batchId = ids.next("bat");
        Call.Reply reply = call.commit(database, 202, tx -> {
            List<Taken> taken = intake.take(tx, good, call.caller(), batchId);
            long duplicates = taken.stream().filter(Taken::duplicate).count();
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("batch_id", batchId);
            view.put("accepted", taken.size() - duplicates);
            view.put("duplicates", duplicates);
            view.put("dropped", 0);
            view.put("rejected", batch.rejected());
            view.put("results", batch.results(taken));
            return view;
        });
        sender.signal();
        return reply;
    }

    private MessageRequest read(Call call, ObjectNode body, String at, Faults faults) {
        MessageRequest request = MessageReader.read(body, at, faults, clock.instant());
        if (!rights.maySendAs(call.caller(), request.sender())) {
            faults.add(
                    at + (body.has("from") ? "/from" : "/sender_profile_id"),
                    "sender_not_verified",
                    "key " + call.caller().keyId() + " may not send as this sender");
        }
        return request;
    }

    Call.Reply list(Call call) {
        MessageQuery query = MessageQuery.of(call.request());
        List<Message> found = messages.list(query, call.mode());
        boolean more = found.size() > query.limit();
        List<Message> page = more ? found.subList(0, query.limit()) : found;
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("data", page.stream().map(MessageView::of).toList());
        view.put("has_more", more);
        view.put(
                "next_cursor",
                more ? MessageQuery.Cursor.after(page.get(page.size() - 1)).text() : null);
        return Call.Reply.of(200, view);
    }

    Call.Reply get(Call call) {
        Message message = require(call);
        List<String> include = call.request().getParameter("include") == null
                ? List.of()
                : Arrays.asList(call.request().getParameter("include").split(","));
        if (!INCLUDES.containsAll(include)) {
            throw Problem.of(ProblemCode.INVALID_PARAMETER, "include may name content and events")
                    .asException();
        }
        Map<String, Object> view = MessageView.of(message);
        if (include.contains("content")) {
            addContent(view, message);
        }
        if (include.contains("events")) {
            view.put("events", eventsOf(message));
        }
        return Call.Reply.of(200, view);
    }

    private void addContent(Map<String, Object> view, Message message) {
        JsonNode body = envelopes
                .find(message.id())
                .map(envelope -> JsonBody.stored(new String(envelope.body(), StandardCharsets.UTF_8)))
                .orElseThrow();
        for (String member : List.of("html", "text", "template_alias", "variables")) {
            view.put(member, body.get(member));
        }
    }

    Call.Reply events(Call call) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("data", eventsOf(require(call)));
        view.put("has_more", false);
        view.put("next_cursor", null);
        return Call.Reply.of(200, view);
    }

    private List<Map<String, Object>> eventsOf(Message message) {
        return MessageView.events(message, stories.find(message.id()).orElseThrow());
    }

    /** Moves a scheduled message; nothing else of it can change. */
    Call.Reply reschedule(Call call) throws IOException {
        var faults = new Faults(call.lenient());
        var fields = new FieldReader(call.body(MAX_CHANGE_BYTES), "", faults);
        fields.onlyKnown(Set.of("send_at"));
        Instant sendAt = MessageReader.sendAt(fields, clock.instant());
        if (sendAt == null && faults.none()) {
            fields.fail("send_at", "required", "is needed");
        }
        faults.refuse();
        Call.Reply reply = Call.Reply.of(200, database.write(tx -> {
            Message message = messages.find(tx, call.id(), call.mode()).orElseThrow(MessageEndpoints::unknown);
            boolean local = message.isSandbox();
            if (!message.status().equals(Message.SCHEDULED)
                    || !local && !items.reschedule(tx, message.itemId(), sendAt)) {
                throw wrongState(message, "only send_at of a scheduled message can be changed");
            }
            messages.reschedule(tx, message.id(), sendAt, local ? sendAt : null);
            timeline.add(tx, message.id(), "intake", "rescheduled", "to " + Times.text(sendAt), null);
            return MessageView.of(messages.find(tx, message.id(), call.mode()).orElseThrow());
        }));
        sender.signal();
        return reply;
    }

    /** Cancels what was not tried yet. */
    Call.Reply cancel(Call call) {
        return database.write(tx -> {
            Message message = messages.find(tx, call.id(), call.mode()).orElseThrow(MessageEndpoints::unknown);
            boolean waits = message.isSandbox()
                    ? message.status().equals(Message.SCHEDULED)
                    : items.cancel(tx, message.itemId(), "cancelled by the caller");
            if (!waits) {
                throw wrongState(message, "it can be cancelled only before the first try to hand it over");
            }
            messages.cancel(tx, message.id());
            timeline.add(
                    tx,
                    message.id(),
                    "intake",
                    "cancelled",
                    "by key " + call.caller().keyId(),
                    null);
            return new Call.Reply(204, null);
        });
    }

    Call.Reply batch(Call call) {
        Map<String, Long> counts = messages.batch(call.id(), call.mode());
        if (counts.isEmpty()) {
            throw Problem.of(ProblemCode.NOT_FOUND, "There is no batch with this id")
                    .asException();
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", call.id());
        view.put("total", counts.values().stream().mapToLong(Long::longValue).sum());
        view.put("counts", counts);
        return Call.Reply.of(200, view);
    }

    private Message require(Call call) {
        return messages.find(call.id(), call.mode()).orElseThrow(MessageEndpoints::unknown);
    }

    private static RuntimeException unknown() {
        return Problem.of(ProblemCode.NOT_FOUND, "There is no message with this id")
                .asException();
    }

    private static RuntimeException wrongState(Message message, String rule) {
        return Problem.of(
                        ProblemCode.INVALID_STATE,
                        "The message is " + Objects.requireNonNull(message.status()) + "; " + rule)
                .with("state", message.status())
                .asException();
    }
}

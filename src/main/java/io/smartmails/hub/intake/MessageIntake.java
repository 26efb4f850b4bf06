// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.db.Tx;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.id.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Takes checked messages in: envelope, message and item in the caller's commit; the sender paces the items to the account's
 * budget. What must not leave, of a test key or marked {@code sandbox}, is settled in the same commit.
 */
final class MessageIntake {
    /** Connection and connector name under which messages and events of applications are journalled. */
    static final String CONNECTION = "api";

    /** Items that never leave; nothing claims them, as they are settled from the start. */
    private static final String SANDBOX_BATCH = "settled-here";

    private static final String LIVE_BATCH = "live";
    private static final String TOPIC = "messages";
    private static final int MAX_METADATA = 20;

    private final EnvelopeStore envelopes;
    private final ItemStore items;
    private final MessageStore messages;
    private final DedupeStore dedupe;
    private final InstantSource clock;
    private final Ids ids;

    MessageIntake(
            EnvelopeStore envelopes,
            ItemStore items,
            MessageStore messages,
            DedupeStore dedupe,
            InstantSource clock,
            Ids ids) {
        this.envelopes = envelopes;
        this.items = items;
        this.messages = messages;
        this.dedupe = dedupe;
        this.clock = clock;
        this.ids = ids;
    }

    /** One result per message, in order. A {@code dedupe_id} that was taken before gives the first one's id. */
    List<Taken> take(Tx tx, List<MessageRequest> requests, Caller caller, String batchId) {
        return requests.stream()
                .map(request -> take(tx, request, caller, batchId))
                .toList();
    }

    private Taken take(Tx tx, MessageRequest request, Caller caller, String batchId) {
        String id = ids.next("msg");
        String mode = caller.test() ? "test" : "live";
        String holder = dedupe.take(tx, "message-" + mode, request.dedupeId(), id);
        if (!holder.equals(id)) {
            return new Taken(holder, true);
        }
        Instant now = clock.instant();
        envelopes.acceptTranslated(
                tx,
                new Envelope(
                        id,
                        CONNECTION,
                        CONNECTION,
                        TOPIC,
                        id,
                        now,
                        Map.of("key-id", caller.keyId()),
                        request.body().toString().getBytes(StandardCharsets.UTF_8),
                        0));
        boolean stays = caller.test() || request.sandbox();
        boolean later = request.sendAt() != null && request.sendAt().isAfter(now);
        Instant dueAt = later ? request.sendAt() : now;
        var item = new Item(
                ids.next("itm"),
                Item.Kind.SEND,
                id,
                null,
                "api/" + id,
                null,
                request.lane(),
                stays ? SANDBOX_BATCH : LIVE_BATCH,
                request.expiresAt(),
                0,
                dueAt, // its retries are counted from when it may leave, which can be 90 days ahead
                payload(request, id));
        items.add(tx, item, dueAt);
        SandboxOutcome outcome = SandboxOutcome.of(
                request.recipients().stream().map(Recipient::email).toList());
        if (stays) {
            items.deliver(tx, item.id(), null);
        }
        messages.insert(
                tx,
                new Message(
                        id,
                        mode,
                        caller.keyId(),
                        batchId,
                        request.dedupeId(),
                        item.id(),
                        request.template(),
                        stays ? outcome.status() : null,
                        stays ? dueAt.plus(later ? Duration.ZERO : outcome.after()) : null,
                        request.sendAt(),
                        now,
                        now,
                        summary(request, stays),
                        null,
                        null,
                        null));
        label(tx, id, request);
        return new Taken(id, false);
    }

    private void label(Tx tx, String id, MessageRequest request) {
        request.recipients().forEach(recipient -> messages.label(tx, id, "to", Address.key(recipient.email())));
        request.tags().forEach(tag -> messages.label(tx, id, "tag", tag));
        request.metadata().forEach((key, value) -> messages.label(tx, id, "metadata." + key, value));
        if (request.dedupeId() != null) {
            messages.label(tx, id, "dedupe_id", request.dedupeId());
        }
    }

    /** As SmartMails takes it: now, since the hub itself waits for {@code send_at}. */
    private static String payload(MessageRequest request, String id) {
        ObjectNode payload = request.body().deepCopy();
        payload.remove("send_at");
        ObjectNode metadata = payload.withObject("/metadata");
        if (metadata.size() < MAX_METADATA) {
            metadata.put("receipt", id);
        }
        return payload.toString();
    }

    private static ObjectNode summary(MessageRequest request, boolean stays) {
        ObjectNode summary = JsonBody.JSON.createObjectNode();
        summary.set("from", request.body().get("from"));
        summary.put("subject", request.subject());
        summary.put("category", request.category());
        ArrayNode recipients = summary.putArray("recipients");
        for (Recipient recipient : request.recipients()) {
            recipients
                    .addObject()
                    .put("kind", recipient.kind())
                    .put("email", recipient.email())
                    .put("name", recipient.name());
        }
        ArrayNode tags = summary.putArray("tags");
        request.tags().forEach(tags::add);
        if (request.body().get("metadata") instanceof ObjectNode metadata) {
            summary.set("metadata", metadata);
        } else {
            summary.putObject("metadata");
        }
        summary.put("sandbox", stays);
        summary.put("expires_at", Times.text(request.expiresAt()));
        return summary;
    }
}

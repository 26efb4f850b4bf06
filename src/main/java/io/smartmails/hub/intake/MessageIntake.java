// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Receipt;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.id.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Accepts checked messages: envelope and item in one commit; the sender paces them to the account's budget. */
final class MessageIntake {
    /** Connection and connector name under which messages of applications are journalled. */
    static final String CONNECTION = "api";

    private static final String TOPIC = "messages";

    private final Database database;
    private final EnvelopeStore envelopes;
    private final ItemStore items;
    private final Wakeup sender;
    private final InstantSource clock;
    private final Ids ids;

    MessageIntake(
            Database database, EnvelopeStore envelopes, ItemStore items, Wakeup sender, InstantSource clock, Ids ids) {
        this.database = database;
        this.envelopes = envelopes;
        this.items = items;
        this.sender = sender;
        this.clock = clock;
        this.ids = ids;
    }

    /** One receipt per message, in order. A repeated {@code dedupe_id} gets the first one's. */
    List<Receipt> accept(List<MessageRequest> messages, Caller caller) {
        Instant now = clock.instant();
        List<Receipt> receipts = database.write(tx -> messages.stream()
                .map(message -> accept(tx, message, caller, now))
                .toList());
        sender.signal();
        return receipts;
    }

    private Receipt accept(Tx tx, MessageRequest message, Caller caller, Instant now) {
        String id = ids.next("msg");
        Receipt receipt = envelopes.acceptTranslated(
                tx,
                new Envelope(
                        id,
                        CONNECTION,
                        CONNECTION,
                        TOPIC,
                        message.dedupeId() == null ? id : message.dedupeId(),
                        now,
                        Map.of("key-id", caller.keyId()),
                        message.body().toString().getBytes(StandardCharsets.UTF_8),
                        0));
        if (!receipt.duplicate()) {
            ObjectNode payload = message.body().deepCopy();
            payload.withObject("/metadata").put("receipt", id);
            items.add(
                    tx,
                    new Item(
                            ids.next("itm"),
                            Item.Kind.SEND,
                            id,
                            null,
                            "api/" + id,
                            null,
                            message.lane(),
                            message.batchKey(),
                            message.expiresAt(),
                            0,
                            now,
                            payload.toString()),
                    now);
        }
        return receipt;
    }
}

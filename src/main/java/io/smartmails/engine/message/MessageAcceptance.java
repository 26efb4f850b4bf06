// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.engine.access.Caller;
import io.smartmails.engine.contact.ContactBatch;
import io.smartmails.engine.contact.Contacts;
import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.id.Ids;
import io.smartmails.problem.ProblemException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes messages in: checks, renders, and stores all items of a call in one commit, each with its dedupe id.
 *
 * <p>Rendering happens here and not at delivery, so that a wrong item is refused while the caller still listens and a
 * later change of the template does not touch mail that was accepted.
 */
public final class MessageAcceptance {
    /** How long a dedupe id is kept: above every retry horizon of a caller (seven days in the hub). */
    private static final Duration DEDUPE_KEPT = Duration.ofDays(30);

    private static final ContactBatch.Settings INLINE = new ContactBatch.Settings("upsert", List.of(), false, false);

    private final Database database;
    private final MessageStore store;
    private final MessagePreparation preparation;
    private final Contacts contacts;
    private final Ids ids;
    private final InstantSource clock;
    private final Runnable accepted;

    /** @param accepted told after each commit that stored something to deliver */
    public MessageAcceptance(
            Database database,
            MessagePreparation preparation,
            Contacts contacts,
            Ids ids,
            InstantSource clock,
            Runnable accepted) {
        this.database = database;
        this.store = new MessageStore(database);
        this.preparation = preparation;
        this.contacts = contacts;
        this.ids = ids;
        this.clock = clock;
        this.accepted = accepted;
    }

    /**
     * Accepts the items that are right. On return they are on disk.
     *
     * @param pointers where each item stands in the body
     * @param batchId null for a single message
     * @param allOrNothing one wrong item keeps all from being stored
     * @return one result per item, in order
     */
    List<Acceptance> accept(
            Caller caller,
            List<ObjectNode> bodies,
            List<String> pointers,
            String batchId,
            boolean lenient,
            boolean allOrNothing) {
        long now = clock.millis();
        List<IncomingMessage> items = new ArrayList<>();
        for (int i = 0; i < bodies.size(); i++) {
            items.add(read(bodies.get(i), pointers.get(i), lenient, now));
        }
        settleDuplicates(items, caller.test(), now);
        saveInlineContacts(items, lenient);
        preparation.prepare(items, caller.test(), batchId, now);
        boolean anyWrong =
                items.stream().anyMatch(item -> item.decided != null && item.decided.is(Acceptance.REJECTED));
        if (allOrNothing && anyWrong) {
            return items.stream()
                    .map(item -> item.decided == null
                            ? new Acceptance("not_taken", null, item.request.dedupeId(), null, List.of())
                            : item.decided)
                    .toList();
        }
        if (items.stream().allMatch(item -> item.decided != null)) {
            return items.stream().map(item -> item.decided).toList();
        }
        List<String> eventIds = items.stream().map(item -> ids.next("evt")).toList();
        List<Acceptance> results = database.write(tx -> {
            List<Acceptance> all = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                IncomingMessage item = items.get(i);
                all.add(item.decided == null ? store(tx, item.message, eventIds.get(i), now) : item.decided);
            }
            return all;
        });
        accepted.run();
        return results;
    }

    private static IncomingMessage read(ObjectNode body, String pointer, boolean lenient, long now) {
        var item = new IncomingMessage(pointer);
        var faults = new Faults(lenient);
        item.request = MessageReader.read(new Fields(body, pointer, faults), now);
        if (!faults.none()) {
            item.reject(faults.all());
        }
        return item;
    }

    private void settleDuplicates(List<IncomingMessage> items, boolean test, long now) {
        List<String> dedupeIds = items.stream()
                .filter(item -> item.decided == null)
                .map(item -> item.request.dedupeId())
                .filter(Objects::nonNull)
                .toList();
        Map<String, String> holders = store.holders(test, dedupeIds, now - DEDUPE_KEPT.toMillis());
        for (IncomingMessage item : items) {
            String holder = item.decided == null ? holders.get(item.request.dedupeId()) : null;
            if (holder != null) {
                item.decided = Acceptance.duplicate(holder, item.request.dedupeId());
            }
        }
    }

    private void saveInlineContacts(List<IncomingMessage> items, boolean lenient) {
        for (IncomingMessage item : items) {
            if (item.decided != null || item.request.contact() == null) {
                continue;
            }
            ObjectNode contact = item.request.contact().deepCopy();
            if (!contact.has("email")) {
                contact.put("email", item.request.recipients().get(0).email());
            }
            try {
                contacts.upsert(contact, INLINE, lenient);
            } catch (ProblemException e) {
                var errors = e.problem().errors();
                if (errors.isEmpty()) {
                    item.reject("/contact", "conflict", e.problem().detail());
                } else {
                    var first = errors.get(0);
                    item.reject("/contact" + first.pointer(), first.code(), first.detail());
                }
            }
        }
    }

    private static Acceptance store(Tx tx, Message message, String eventId, long now) {
        String dedupeId = message.dedupeId();
        if (dedupeId != null
                && !MessageStore.claim(tx, message.test(), dedupeId, message.id(), now, now - DEDUPE_KEPT.toMillis())) {
            String holder = MessageStore.holder(tx, message.test(), dedupeId);
            return Acceptance.duplicate(holder, dedupeId);
        }
        MessageStore.insert(tx, message);
        MessageStore.event(tx, eventId, message.id(), message.status(), null, now);
        boolean dropped = message.status().equals(Message.DROPPED);
        return new Acceptance(
                dropped ? Acceptance.DROPPED : Acceptance.ACCEPTED,
                message.id(),
                dedupeId,
                dropped ? message.recipients().get(0).reason() : null,
                List.of());
    }

    /** Frees dedupe ids older than 30 days. */
    public static void forgetDedupe(Tx tx, long now) {
        MessageStore.forgetDedupe(tx, now - DEDUPE_KEPT.toMillis());
    }
}

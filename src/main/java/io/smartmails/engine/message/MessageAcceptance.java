// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.engine.access.Caller;
import io.smartmails.engine.contact.Audience;
import io.smartmails.engine.contact.Contact;
import io.smartmails.engine.contact.ContactBatch;
import io.smartmails.engine.contact.Contacts;
import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.template.CompiledTemplate;
import io.smartmails.engine.template.Rendered;
import io.smartmails.engine.template.Templates;
import io.smartmails.engine.unsubscribe.UnsubscribeLinks;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem.FieldError;
import io.smartmails.problem.ProblemException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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

    /** An item on its way: either ready, or decided already. */
    private static final class Item {
        final String pointer;
        MessageRequest request;
        Message message;
        Acceptance decided;

        Item(String pointer) {
            this.pointer = pointer;
        }

        void reject(List<FieldError> errors) {
            decided = Acceptance.rejected(request.dedupeId(), errors);
        }

        void reject(String field, String code, String detail) {
            reject(List.of(new FieldError(pointer + field, code, detail)));
        }
    }

    private final Database database;
    private final MessageStore store;
    private final Templates templates;
    private final Contacts contacts;
    private final Audience audience;
    private final UnsubscribeLinks links;
    private final Sender defaultSender;
    private final Ids ids;
    private final InstantSource clock;
    private final Runnable accepted;

    /** @param accepted told after each commit that stored something to deliver */
    public MessageAcceptance(
            Database database,
            Templates templates,
            Contacts contacts,
            Audience audience,
            UnsubscribeLinks links,
            Sender defaultSender,
            Ids ids,
            InstantSource clock,
            Runnable accepted) {
        this.database = database;
        this.store = new MessageStore(database);
        this.templates = templates;
        this.contacts = contacts;
        this.audience = audience;
        this.links = links;
        this.defaultSender = defaultSender;
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
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < bodies.size(); i++) {
            items.add(read(bodies.get(i), pointers.get(i), lenient, now));
        }
        settleDuplicates(items, caller.test(), now);
        saveInlineContacts(items, lenient);
        render(items, caller.test(), batchId, now);
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
                Item item = items.get(i);
                all.add(item.decided == null ? store(tx, item.message, eventIds.get(i), now) : item.decided);
            }
            return all;
        });
        accepted.run();
        return results;
    }

    private static Item read(ObjectNode body, String pointer, boolean lenient, long now) {
        var item = new Item(pointer);
        var faults = new Faults(lenient);
        item.request = MessageReader.read(new Fields(body, pointer, faults), now);
        if (!faults.none()) {
            item.reject(faults.all());
        }
        return item;
    }

    private void settleDuplicates(List<Item> items, boolean test, long now) {
        List<String> dedupeIds = items.stream()
                .filter(item -> item.decided == null)
                .map(item -> item.request.dedupeId())
                .filter(Objects::nonNull)
                .toList();
        Map<String, String> holders = store.holders(test, dedupeIds, now - DEDUPE_KEPT.toMillis());
        for (Item item : items) {
            String holder = item.decided == null ? holders.get(item.request.dedupeId()) : null;
            if (holder != null) {
                item.decided = Acceptance.duplicate(holder, item.request.dedupeId());
            }
        }
    }

    private void saveInlineContacts(List<Item> items, boolean lenient) {
        for (Item item : items) {
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

    private void render(List<Item> items, boolean test, String batchId, long now) {
        List<String> emails = items.stream()
                .filter(item -> item.decided == null)
                .flatMap(item -> item.request.recipients().stream())
                .map(Recipient::key)
                .toList();
        Audience.People people = audience.of(emails);
        Map<String, Optional<Templates.Published>> known = new HashMap<>();
        for (Item item : items) {
            if (item.decided == null) {
                MessageRequest request = item.request;
                Optional<Templates.Published> published = request.template() == null
                        ? Optional.empty()
                        : known.computeIfAbsent(request.template(), templates::published);
                item.message = prepare(item, published, people, test, batchId, now);
            }
        }
    }

    /** The message as it will be stored; null when the item was rejected. */
    private Message prepare(
            Item item,
            Optional<Templates.Published> published,
            Audience.People people,
            boolean test,
            String batchId,
            long now) {
        MessageRequest request = item.request;
        if (request.template() != null && published.isEmpty()) {
            item.reject("", "unknown_template", "there is no published template " + request.template());
            return null;
        }
        String id = ids.next("msg");
        List<Recipient> recipients = request.recipients().stream()
                .map(recipient -> people.obstacle(recipient.key(), request.category(), request.topic())
                        .map(reason -> recipient.become(Recipient.SUPPRESSED, reason))
                        .orElse(recipient))
                .toList();
        boolean dropped = recipients.stream().noneMatch(Recipient::waiting);
        Sender from = request.from() == null ? defaultSender : request.from();
        Optional<Contact> contact = people.contact(recipients.get(0).key());
        String unsubscribe = contact.map(person -> links.link(person.id(), id)).orElse(null);
        ObjectNode content = content(request, from);
        if (!dropped) {
            Rendered rendered;
            try {
                CompiledTemplate template = published
                        .map(Templates.Published::template)
                        .orElseGet(() -> new CompiledTemplate(request.content()));
                List<String> missing = template.missing(request.variables());
                if (!missing.isEmpty()) {
                    item.reject(
                            "/variables/" + missing.get(0).replace('.', '/'),
                            "missing_variable",
                            "the template needs " + missing);
                    return null;
                }
                var names = names(contact, request.recipients().get(0), from, unsubscribe);
                rendered = template.render(request.variables(), names, request.subject());
            } catch (ProblemException e) {
                item.reject("", "template_error", e.problem().detail());
                return null;
            }
            if (rendered.subject() == null || rendered.subject().isBlank()) {
                item.reject("/subject", "missing_subject", "neither the message nor the template has a subject");
                return null;
            }
            content.put("subject", rendered.subject());
            content.put("html", rendered.html());
            content.put("text", rendered.text());
            if (request.category().equals("marketing")) {
                content.put("unsubscribe", unsubscribe);
            }
        }
        boolean later = request.sendAt() != null && request.sendAt() > now;
        String status = dropped ? Message.DROPPED : later ? Message.SCHEDULED : Message.QUEUED;
        return new Message(
                id,
                test,
                batchId,
                request.dedupeId(),
                status,
                request.category(),
                published.map(Templates.Published::id).orElse(null),
                request.priority(),
                recipients,
                content,
                request.sendAt(),
                request.expiresAt(),
                dropped ? null : later ? request.sendAt() : Long.valueOf(now),
                0,
                now,
                now);
    }

    private static ObjectNode content(MessageRequest request, Sender from) {
        ObjectNode content = Json.object();
        content.set("from", mailbox(from));
        if (request.replyTo() != null) {
            content.set("reply_to", mailbox(request.replyTo()));
        }
        content.put("subject", request.subject());
        content.put("topic", request.topic());
        content.put("sandbox", request.sandbox());
        content.set("tags", Json.MAPPER.valueToTree(request.tags()));
        content.set("metadata", request.metadata());
        content.set("headers", Json.MAPPER.valueToTree(request.headers()));
        content.set("attachments", Json.MAPPER.valueToTree(request.attachments()));
        return content;
    }

    private static ObjectNode mailbox(Sender sender) {
        return Json.object().put("email", sender.email()).put("name", sender.name());
    }

    private static Map<String, Object> names(
            Optional<Contact> contact, Recipient recipient, Sender from, String unsubscribe) {
        var names = new LinkedHashMap<String, Object>();
        names.put(
                "contact",
                contact.map(Contact::variables)
                        .orElseGet(() -> new LinkedHashMap<>(Map.of("email", recipient.email(), "fields", Map.of()))));
        var sender = new LinkedHashMap<String, Object>();
        sender.put("email", from.email());
        sender.put("name", from.name());
        names.put("sender", sender);
        var linkNames = new LinkedHashMap<String, Object>();
        linkNames.put("unsubscribe", unsubscribe);
        names.put("links", linkNames);
        return names;
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

    /** Renders without storing: the reply of {@code /messages/preview}. */
    Map<String, Object> preview(ObjectNode body, boolean lenient) {
        var faults = new Faults(lenient);
        MessageRequest request = MessageReader.read(new Fields(body, "", faults), clock.millis());
        faults.refuse();
        CompiledTemplate template;
        if (request.template() == null) {
            template = new CompiledTemplate(request.content());
        } else {
            Optional<Templates.Published> published = templates.published(request.template());
            if (published.isEmpty()) {
                faults.add("", "unknown_template", "there is no published template " + request.template());
                faults.refuse();
            }
            template = published.orElseThrow().template();
        }
        Recipient first = request.recipients().get(0);
        Optional<Contact> contact = audience.of(List.of(first.key())).contact(first.key());
        Sender from = request.from() == null ? defaultSender : request.from();
        var names = names(contact, first, from, null);
        return template.render(request.variables(), names, request.subject())
                .view(template.missing(request.variables()));
    }
}

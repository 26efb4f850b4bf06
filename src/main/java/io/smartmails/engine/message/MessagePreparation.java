// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.engine.contact.Audience;
import io.smartmails.engine.contact.Contact;
import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.template.CompiledTemplate;
import io.smartmails.engine.template.Rendered;
import io.smartmails.engine.template.Templates;
import io.smartmails.engine.unsubscribe.UnsubscribeLinks;
import io.smartmails.id.Ids;
import io.smartmails.problem.ProblemException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Turns checked requests into messages: decides whom they may reach and renders them. Stores nothing. */
public final class MessagePreparation {
    private final Templates templates;
    private final Audience audience;
    private final UnsubscribeLinks links;
    private final Sender defaultSender;
    private final Ids ids;

    public MessagePreparation(
            Templates templates, Audience audience, UnsubscribeLinks links, Sender defaultSender, Ids ids) {
        this.templates = templates;
        this.audience = audience;
        this.links = links;
        this.defaultSender = defaultSender;
        this.ids = ids;
    }

    /** Gives each undecided item its message, or rejects it. */
    void prepare(List<IncomingMessage> items, boolean test, String batchId, long now) {
        List<String> emails = items.stream()
                .filter(item -> item.decided == null)
                .flatMap(item -> item.request.recipients().stream())
                .map(Recipient::key)
                .toList();
        Audience.People people = audience.of(emails);
        Map<String, Optional<Templates.Published>> known = new HashMap<>();
        for (IncomingMessage item : items) {
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
            IncomingMessage item,
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

    /** Renders without storing: the reply of {@code /messages/preview}. */
    Map<String, Object> preview(ObjectNode body, boolean lenient, long now) {
        var faults = new Faults(lenient);
        MessageRequest request = MessageReader.read(new Fields(body, "", faults), now);
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

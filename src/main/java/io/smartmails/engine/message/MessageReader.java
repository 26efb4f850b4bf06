// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.template.TemplateContent;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads message requests; every limit of contract 4.2 and 4.8 that concerns one message is checked here. */
final class MessageReader {
    private static final int MOST_RECIPIENTS = 50;
    private static final int MOST_ATTACHMENTS = 20;
    private static final int MOST_ATTACHED_BYTES = 10 * 1024 * 1024;
    private static final int MOST_VARIABLES_CHARS = 64 * 1024;
    private static final int MOST_HTML = 2 * 1024 * 1024;
    private static final int MOST_TEXT = 1024 * 1024;
    private static final long FARTHEST_AHEAD_MS = 90L * 24 * 60 * 60 * 1000;
    private static final Pattern HEADER =
            Pattern.compile("(?i)X-[A-Za-z0-9-]{1,70}|In-Reply-To|References|Auto-Submitted");

    private MessageReader() {}

    /** Wrong fields are noted in the fields' faults; then the result must not be used. */
    static MessageRequest read(Fields fields, long now) {
        Sender from = mailbox(fields, "from");
        String profile = fields.line("sender_profile_id", 64);
        if (profile != null && !profile.equals(Sender.DEFAULT_PROFILE)) {
            fields.fail("sender_profile_id", "not_found", "the only sender profile is " + Sender.DEFAULT_PROFILE);
        }
        List<Recipient> recipients = new ArrayList<>();
        for (String kind : List.of("to", "cc", "bcc")) {
            recipients(fields, kind, recipients);
        }
        if (fields.array("to", MOST_RECIPIENTS).isEmpty() && fields.faults().none()) {
            fields.fail("to", "required", "at least one recipient is needed");
        }
        if (recipients.size() > MOST_RECIPIENTS) {
            fields.fail("to", "recipient_limit", "to, cc and bcc may name " + MOST_RECIPIENTS + " people together");
        }
        String category = fields.oneOf("category", "transactional", "transactional", "marketing");
        if (category.equals("marketing") && recipients.size() > 1) {
            fields.fail("to", "recipient_limit", "marketing mail has one recipient, whose unsubscribe link it carries");
        }
        String subject = fields.line("subject", 998);
        String template = template(fields);
        TemplateContent content = content(fields, template, subject);
        ObjectNode variables = fields.object("variables");
        if (variables != null && variables.toString().length() > MOST_VARIABLES_CHARS) {
            fields.fail("variables", "too_long", "variables may have 64 KB");
        }
        Long sendAt = fields.time("send_at");
        if (sendAt != null && sendAt > now + FARTHEST_AHEAD_MS) {
            fields.fail("send_at", "invalid_value", "may be at most 90 days ahead");
        }
        String priority =
                fields.oneOf("priority", category.equals("marketing") ? "normal" : "high", "high", "normal", "bulk");
        fields.accept("tracking", "ip_pool", "experiment_id");
        String dedupeId = fields.line("dedupe_id", 255);
        if (dedupeId != null && dedupeId.isEmpty()) {
            fields.fail("dedupe_id", "invalid_value", "must not be empty");
        }
        var request = new MessageRequest(
                from,
                mailbox(fields, "reply_to"),
                recipients,
                template,
                content,
                subject,
                Json.plain(variables),
                category,
                fields.line("topic", 100),
                fields.object("contact"),
                headers(fields),
                attachments(fields),
                fields.texts("tags", 10, 64),
                metadata(fields),
                sendAt,
                fields.time("expires_at"),
                List.of("high", "normal", "bulk").indexOf(priority),
                dedupeId,
                fields.flag("sandbox", false));
        fields.end();
        return request;
    }

    private static String template(Fields fields) {
        String id = fields.line("template_id", 100);
        String alias = fields.line("template_alias", 100);
        if (id != null && alias != null) {
            fields.fail("template_alias", "invalid_value", "give template_id or template_alias, not both");
        }
        return id == null ? alias : id;
    }

    private static TemplateContent content(Fields fields, String template, String subject) {
        String preheader = fields.line("preheader", 255);
        String html = fields.text("html", MOST_HTML);
        String text = fields.text("text", MOST_TEXT);
        if (template != null) {
            if (html != null || text != null) {
                fields.fail(html == null ? "text" : "html", "invalid_value", "a template excludes html and text");
            }
            return null;
        }
        if (subject == null || subject.isBlank()) {
            fields.fail("subject", "missing_subject", "a subject is needed unless a template has one");
        }
        if (html == null && text == null) {
            fields.fail("html", "missing_content", "html, text or a template is needed");
        }
        return new TemplateContent(null, preheader, html, text, List.of());
    }

    private static void recipients(Fields fields, String kind, List<Recipient> into) {
        int index = 0;
        for (JsonNode item : fields.array(kind, MOST_RECIPIENTS)) {
            String at = fields.pointer(kind) + "/" + index++;
            ObjectNode mailbox =
                    item instanceof ObjectNode object ? object : Json.object().set("email", item);
            String pointer = item instanceof ObjectNode ? at : null;
            Sender person = person(fields, mailbox, at, pointer != null);
            if (person != null) {
                into.add(new Recipient(kind, person.email(), person.name(), Recipient.ACCEPTED, null));
            }
        }
    }

    private static Sender mailbox(Fields fields, String name) {
        JsonNode value = fields.any(name);
        if (value == null) {
            return null;
        }
        boolean object = value instanceof ObjectNode;
        ObjectNode mailbox = object ? (ObjectNode) value : Json.object().set("email", value);
        return person(fields, mailbox, fields.pointer(name), object);
    }

    /** A plain string stands for an object with only an email; errors then point at the string itself. */
    private static Sender person(Fields parent, ObjectNode mailbox, String at, boolean object) {
        if (!object) {
            var probe = new Faults(parent.faults().lenient());
            String email = new Fields(mailbox, at, probe).email("email");
            if (email == null) {
                String detail =
                        probe.none() ? "an address is needed" : probe.first().detail();
                parent.faults().add(at, "invalid_email", detail);
                return null;
            }
            return new Sender(email, null);
        }
        var person = new Fields(mailbox, at, parent.faults());
        String email = person.email("email");
        if (email == null && !person.has("email")) {
            person.fail("email", "invalid_email", "an address is needed");
        }
        String name = person.line("name", 200);
        person.end();
        return email == null ? null : new Sender(email, name == null || name.isBlank() ? null : name.strip());
    }

    private static Map<String, String> headers(Fields fields) {
        Map<String, String> headers = new LinkedHashMap<>();
        Fields given = fields.nested("headers");
        ObjectNode names = fields.object("headers");
        if (given == null || names == null) {
            return headers;
        }
        for (String name : names.propertyNames()) {
            String value = given.line(name, 998);
            if (!HEADER.matcher(name).matches() || name.regionMatches(true, 0, "X-SM-", 0, 5)) {
                given.fail(
                        name,
                        "invalid_value",
                        "only X-* (not X-SM-*), In-Reply-To, References and Auto-Submitted may be set");
            } else if (value != null) {
                headers.put(name, value);
            }
        }
        return headers;
    }

    private static List<ObjectNode> attachments(Fields fields) {
        List<ObjectNode> attachments = new ArrayList<>();
        long bytes = 0;
        for (JsonNode item : fields.array("attachments", MOST_ATTACHMENTS)) {
            var attachment =
                    new Fields(item, fields.pointer("attachments") + "/" + attachments.size(), fields.faults());
            attachment.requiredLine("filename", 255);
            String type = attachment.line("content_type", 255);
            if (type != null && !type.matches("[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+(;.*)?")) {
                attachment.fail("content_type", "invalid_value", "must be a media type such as application/pdf");
            }
            attachment.line("content_id", 255);
            String content = attachment.text("content", Integer.MAX_VALUE);
            try {
                bytes += content == null ? 0 : Base64.getMimeDecoder().decode(content).length;
            } catch (IllegalArgumentException e) {
                attachment.fail("content", "invalid_value", "must be base64");
            }
            if (content == null) {
                attachment.fail("content", "required", "is needed");
            }
            attachment.end();
            if (item instanceof ObjectNode object) {
                attachments.add(object);
            }
        }
        if (bytes > MOST_ATTACHED_BYTES) {
            fields.fail("attachments", "attachment_too_large", "attachments may have 10 MB together");
        }
        return attachments;
    }

    private static ObjectNode metadata(Fields fields) {
        ObjectNode metadata = fields.object("metadata");
        if (metadata == null) {
            return Json.object();
        }
        boolean fits = metadata.size() <= 20
                && metadata.valueStream()
                        .allMatch(value ->
                                value.isValueNode() && value.asString("").length() <= 500);
        if (!fits) {
            fields.fail("metadata", "too_long", "at most 20 keys with values of at most 500 characters");
        }
        return metadata;
    }
}

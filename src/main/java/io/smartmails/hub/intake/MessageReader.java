// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.queue.Item;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads messages; every limit of contract 4.2 and 4.8 that concerns one message is checked here. */
final class MessageReader {
    static final int MAX_RECIPIENTS = 50;
    static final Duration FARTHEST_AHEAD = Duration.ofDays(90);
    private static final int MAX_ATTACHMENTS = 20;
    private static final int MAX_ATTACHED_BYTES = 10 * 1024 * 1024;
    private static final int MAX_VARIABLES_CHARS = 64 * 1024;
    private static final int MAX_HTML_CHARS = 2 * 1024 * 1024;
    private static final int MAX_TEXT_CHARS = 1024 * 1024;
    private static final int MAX_SUBJECT_CHARS = 998;
    private static final int MAX_DEDUPE_CHARS = 255;
    private static final int MAX_METADATA = 20;
    private static final int MAX_METADATA_NAME_CHARS = 100;
    private static final int MAX_METADATA_CHARS = 500;
    private static final Pattern HEADER =
            Pattern.compile("(?i)X-(?!SM-)[A-Za-z0-9-]{1,70}|In-Reply-To|References|Auto-Submitted");
    private static final Pattern MEDIA_TYPE = Pattern.compile("[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+(;.*)?");
    private static final Set<String> FIELDS = Set.of(
            "sender_profile_id",
            "from",
            "to",
            "cc",
            "bcc",
            "reply_to",
            "subject",
            "preheader",
            "html",
            "text",
            "template_id",
            "template_alias",
            "variables",
            "category",
            "topic",
            "contact",
            "attachments",
            "headers",
            "tags",
            "metadata",
            "send_at",
            "expires_at",
            "priority",
            "tracking",
            "ip_pool",
            "experiment_id",
            "dedupe_id",
            "sandbox");

    private MessageReader() {}

    /**
     * Reads a message; the result must not be used when its faults are any.
     *
     * @param at pointer of the message in the request body, empty or {@code /messages/3}
     */
    static MessageRequest read(ObjectNode body, String at, Faults faults, Instant now) {
        var fields = new FieldReader(body, at, faults);
        fields.onlyKnown(FIELDS);
        String category = fields.oneOf("category", "transactional", "transactional", "marketing");
        String priority = fields.oneOf("priority", "", "high", "normal", "bulk");
        List<Recipient> recipients = recipients(fields, category);
        String subject = fields.line("subject", MAX_SUBJECT_CHARS);
        fields.line("preheader", 255);
        String template = content(fields);
        checkVariables(fields);
        fields.line("topic", 100);
        fields.object("contact");
        checkHeaders(fields);
        checkAttachments(fields);
        checkTracking(fields);
        fields.line("ip_pool", 100);
        fields.line("experiment_id", 100);
        Address.read(fields, "reply_to");
        return new MessageRequest(
                body,
                sender(fields),
                recipients,
                subject,
                template,
                category,
                category.equals("marketing") || priority.equals("bulk") ? Item.Lane.BULK : Item.Lane.TRANSACTIONAL,
                fields.lines("tags", 10, 64),
                metadata(fields),
                sendAt(fields, now),
                fields.time("expires_at"),
                fields.line("dedupe_id", MAX_DEDUPE_CHARS),
                fields.flag("sandbox"));
    }

    /** Null when there is none or it is wrong. */
    static Instant sendAt(FieldReader fields, Instant now) {
        Instant sendAt = fields.time("send_at");
        if (sendAt != null && sendAt.isAfter(now.plus(FARTHEST_AHEAD))) {
            fields.fail("send_at", "invalid_value", "may be " + FARTHEST_AHEAD.toDays() + " days ahead");
        }
        return sendAt;
    }

    private static String sender(FieldReader fields) {
        Address from = Address.read(fields, "from");
        String profile = fields.line("sender_profile_id", 64);
        if (fields.has("from") && profile != null) {
            fields.fail("sender_profile_id", "invalid_value", "give from or sender_profile_id, not both");
        }
        return from == null ? profile : from.email();
    }

    private static List<Recipient> recipients(FieldReader fields, String category) {
        List<Recipient> recipients = new ArrayList<>();
        int named = 0;
        for (String kind : List.of("to", "cc", "bcc")) {
            if (fields.has(kind) && !(fields.node().get(kind) instanceof ArrayNode)) {
                fields.fail(kind, "field_type", "must be an array of addresses");
            } else if (fields.node().get(kind) instanceof ArrayNode list) {
                named += list.size();
                for (int i = 0; i < list.size() && i < MAX_RECIPIENTS; i++) {
                    Address address = Address.read(list, i, fields.at(kind), fields.faults());
                    if (address != null) {
                        recipients.add(new Recipient(kind, address.email(), address.name()));
                    }
                }
            }
        }
        if (!fields.has("to")
                || fields.node().get("to").isArray() && fields.node().get("to").isEmpty()) {
            fields.fail("to", "required", "at least one recipient is needed");
        }
        if (named > MAX_RECIPIENTS) {
            fields.fail("to", "recipient_limit", "to, cc and bcc may hold " + MAX_RECIPIENTS + " together");
        } else if (named > 1 && category.equals("marketing")) {
            fields.fail("to", "recipient_limit", "marketing mail has one recipient, whose unsubscribe link it carries");
        }
        return recipients;
    }

    /** The template, by id or alias; null when the message brings its own content. */
    private static String content(FieldReader fields) {
        String id = fields.line("template_id", 100);
        String alias = fields.line("template_alias", 100);
        String html = fields.text("html", MAX_HTML_CHARS);
        String text = fields.text("text", MAX_TEXT_CHARS);
        if (id != null && alias != null) {
            fields.fail("template_alias", "invalid_value", "give template_id or template_alias, not both");
        }
        boolean template = fields.has("template_id") || fields.has("template_alias");
        boolean content = fields.has("html") || fields.has("text");
        if (template && content) {
            fields.fail(html == null ? "text" : "html", "invalid_value", "a template excludes html and text");
        }
        if (!template && !content) {
            fields.fail("html", "missing_content", "html, text or a template is needed");
        }
        if (!template
                && (!fields.has("subject")
                        || fields.node().get("subject").asText().isBlank())) {
            fields.fail("subject", "missing_subject", "a subject is needed unless a template has one");
        }
        if (html != null && html.isBlank() && text == null || text != null && text.isBlank() && html == null) {
            fields.fail(html == null ? "text" : "html", "missing_content", "must not be empty");
        }
        return id == null ? alias : id;
    }

    private static void checkVariables(FieldReader fields) {
        ObjectNode variables = fields.object("variables");
        if (variables != null && variables.toString().length() > MAX_VARIABLES_CHARS) {
            fields.fail("variables", "too_long", "may have 64 KB");
        }
    }

    private static void checkHeaders(FieldReader fields) {
        FieldReader headers = fields.nested("headers");
        if (headers == null) {
            return;
        }
        headers.node().fieldNames().forEachRemaining(name -> {
            headers.line(name, MAX_SUBJECT_CHARS);
            if (!HEADER.matcher(name).matches()) {
                headers.fail(
                        name,
                        "invalid_value",
                        "only X-* (not X-SM-*), In-Reply-To, References and Auto-Submitted may be set");
            }
        });
    }

    private static void checkAttachments(FieldReader fields) {
        long bytes = 0;
        int index = 0;
        for (JsonNode item : fields.array("attachments", MAX_ATTACHMENTS)) {
            String at = fields.at("attachments") + "/" + index++;
            if (item instanceof ObjectNode object) {
                bytes += attachedBytes(new FieldReader(object, at, fields.faults()));
            } else {
                fields.faults().add(at, "field_type", "must be an object with filename and content");
            }
        }
        if (bytes > MAX_ATTACHED_BYTES) {
            fields.fail("attachments", "attachment_too_large", "attachments may have 10 MB together");
        }
    }

    private static long attachedBytes(FieldReader attachment) {
        attachment.onlyKnown(Set.of("filename", "content_type", "content", "content_id"));
        if (!attachment.has("filename")) {
            attachment.fail("filename", "required", "is needed");
        }
        attachment.line("filename", 255);
        attachment.line("content_id", 255);
        String type = attachment.line("content_type", 255);
        if (type != null && !MEDIA_TYPE.matcher(type).matches()) {
            attachment.fail("content_type", "invalid_value", "must be a media type such as application/pdf");
        }
        if (!attachment.has("content")) {
            attachment.fail("content", "required", "is needed, in base64");
        }
        String content = attachment.text("content", Integer.MAX_VALUE);
        try {
            return content == null ? 0 : Base64.getMimeDecoder().decode(content).length;
        } catch (IllegalArgumentException e) {
            attachment.fail("content", "invalid_value", "must be base64");
            return 0;
        }
    }

    private static void checkTracking(FieldReader fields) {
        FieldReader tracking = fields.nested("tracking");
        if (tracking == null) {
            return;
        }
        tracking.onlyKnown(Set.of("opens", "clicks", "utm"));
        tracking.flag("opens");
        tracking.flag("clicks");
        FieldReader utm = tracking.nested("utm");
        if (utm != null) {
            utm.onlyKnown(Set.of("source", "medium", "campaign"));
            utm.line("source", 200);
            utm.line("medium", 200);
            utm.line("campaign", 200);
        }
    }

    private static Map<String, String> metadata(FieldReader fields) {
        Map<String, String> metadata = new LinkedHashMap<>();
        ObjectNode given = fields.object("metadata");
        if (given == null) {
            return metadata;
        }
        boolean fits = given.size() <= MAX_METADATA;
        for (Map.Entry<String, JsonNode> entry : given.properties()) {
            JsonNode value = entry.getValue();
            fits &= entry.getKey().length() <= MAX_METADATA_NAME_CHARS
                    && value.isValueNode()
                    && value.asText().length() <= MAX_METADATA_CHARS
                    && value.asText().chars().noneMatch(Character::isISOControl);
            metadata.put(entry.getKey(), value.asText());
        }
        if (!fits) {
            fields.fail(
                    "metadata",
                    "too_long",
                    "at most " + MAX_METADATA + " keys of " + MAX_METADATA_NAME_CHARS
                            + " characters, with plain values of " + MAX_METADATA_CHARS + " in one line");
        }
        return metadata;
    }
}

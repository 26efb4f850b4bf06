// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.queue.Item;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One message of an application, checked against section 4.8 of the SmartMails contract before it is accepted. */
record MessageRequest(ObjectNode body) {
    static final int MAX_RECIPIENTS = 50;
    private static final int MAX_DEDUPE_CHARS = 255;
    private static final int MAX_SUBJECT_CHARS = 998;
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

    /**
     * Finds every wrong place at once.
     *
     * @param at pointer of the message in the request body, empty or {@code /messages/3}
     * @return empty when the message can be accepted
     */
    List<Problem.FieldError> errors(String at) {
        List<Problem.FieldError> errors = new ArrayList<>();
        body.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                errors.add(error(at + "/" + name, ProblemCode.UNKNOWN_FIELD.code(), "this field is not known"));
            }
        });
        int recipients = 0;
        for (String field : List.of("to", "cc", "bcc")) {
            recipients += checkRecipients(at, field, errors);
        }
        if (recipients > MAX_RECIPIENTS) {
            errors.add(error(at + "/to", "recipient_limit", "to, cc and bcc may hold " + MAX_RECIPIENTS + " together"));
        }
        if (!body.path("to").isArray() || body.path("to").isEmpty()) {
            errors.add(error(at + "/to", "required", "at least one recipient"));
        }
        boolean template = has("template_id") || has("template_alias");
        if (!template && !has("html") && !has("text")) {
            errors.add(error(at, "missing_content", "html, text or a template is needed"));
        }
        if (!template && !has("subject")) {
            errors.add(error(at + "/subject", "missing_subject", "a subject is needed without a template"));
        }
        checkText(at, "subject", MAX_SUBJECT_CHARS, errors);
        checkText(at, "dedupe_id", MAX_DEDUPE_CHARS, errors);
        checkOneOf(at, "category", Set.of("transactional", "marketing"), errors);
        checkOneOf(at, "priority", Set.of("high", "normal", "bulk"), errors);
        checkTime(at, "send_at", errors);
        checkTime(at, "expires_at", errors);
        return errors;
    }

    /** Null when the caller gave none. */
    String dedupeId() {
        return has("dedupe_id") ? body.get("dedupe_id").asText() : null;
    }

    Item.Lane lane() {
        boolean bulk = "marketing".equals(body.path("category").asText())
                || "bulk".equals(body.path("priority").asText());
        return bulk ? Item.Lane.BULK : Item.Lane.TRANSACTIONAL;
    }

    /** Mail of one sender and mode shares requests. */
    String batchKey() {
        JsonNode from = body.path("from");
        String sender = has("sender_profile_id")
                ? body.get("sender_profile_id").asText()
                : from.isTextual() ? from.asText() : from.path("email").asText(null);
        return Item.batchKey(sender, body.path("sandbox").asBoolean());
    }

    /** Null when the caller gave none. */
    Instant expiresAt() {
        return has("expires_at") ? Instant.parse(body.get("expires_at").asText()) : null;
    }

    String category() {
        return has("category") ? body.get("category").asText() : "transactional";
    }

    private boolean has(String field) {
        return body.hasNonNull(field);
    }

    private int checkRecipients(String at, String field, List<Problem.FieldError> errors) {
        JsonNode list = body.path(field);
        if (list.isMissingNode() || list.isNull()) {
            return 0;
        }
        if (!list.isArray()) {
            errors.add(error(at + "/" + field, "type", "an array of addresses or {email, name}"));
            return 0;
        }
        for (int i = 0; i < list.size(); i++) {
            JsonNode address = list.get(i);
            String email = address.isTextual()
                    ? address.asText()
                    : address.path("email").asText("");
            if (!isAddress(email)) {
                String place = at + "/" + field + "/" + i + (address.isObject() ? "/email" : "");
                errors.add(error(place, "invalid_email", "not an address: one @, a name before it, a domain after it"));
            }
        }
        return list.size();
    }

    /** What no mail server would take; whether the mailbox exists is SmartMails' to find out. */
    private static boolean isAddress(String text) {
        int at = text.lastIndexOf('@');
        return at > 0
                && at < text.length() - 1
                && text.indexOf('@') == at
                && text.length() <= 254
                && text.chars().noneMatch(c -> c <= ' ' || c == 127 || c == '<' || c == '>' || c == ',' || c == ';')
                && !text.endsWith(".")
                && !text.contains("..");
    }

    private void checkText(String at, String field, int maxChars, List<Problem.FieldError> errors) {
        if (has(field)) {
            JsonNode value = body.get(field);
            if (!value.isTextual() || value.asText().isEmpty() || value.asText().length() > maxChars) {
                errors.add(error(at + "/" + field, "length", "a text of 1 to " + maxChars + " characters"));
            } else if (value.asText().chars().anyMatch(c -> c == '\r' || c == '\n')) {
                errors.add(error(at + "/" + field, "line_break", "must be a single line"));
            }
        }
    }

    private void checkOneOf(String at, String field, Set<String> values, List<Problem.FieldError> errors) {
        if (has(field) && !values.contains(body.get(field).asText())) {
            errors.add(error(at + "/" + field, "unknown", "one of " + values));
        }
    }

    private void checkTime(String at, String field, List<Problem.FieldError> errors) {
        if (has(field)) {
            try {
                Instant.parse(body.get(field).asText());
            } catch (DateTimeParseException e) {
                errors.add(
                        error(at + "/" + field, "invalid_time", "RFC 3339 in UTC, for example 2026-01-31T08:00:00Z"));
            }
        }
    }

    private static Problem.FieldError error(String pointer, String code, String detail) {
        return new Problem.FieldError(pointer, code, detail);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.engine.input.Json;
import io.smartmails.engine.input.Times;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * One message as stored.
 *
 * @param test accepted with a test key
 * @param status one of the contract's states
 * @param content sender, subject, html, text, headers, attachments, tags, metadata, topic, sandbox
 * @param dueAt when the next try is due; null when none is
 * @param attempts tries so far
 */
public record Message(
        String id,
        boolean test,
        String batchId,
        String dedupeId,
        String status,
        String category,
        String templateId,
        int priority,
        List<Recipient> recipients,
        ObjectNode content,
        Long sendAt,
        Long expiresAt,
        Long dueAt,
        int attempts,
        long createdAt,
        long updatedAt) {

    public static final String SCHEDULED = "scheduled";
    public static final String QUEUED = "queued";
    public static final String SENT = "sent";
    public static final String DELIVERED = "delivered";
    public static final String DEFERRED = "deferred";
    public static final String BOUNCED = "bounced";
    public static final String DROPPED = "dropped";
    public static final String EXPIRED = "expired";
    public static final String FAILED = "failed";
    public static final String CANCELLED = "cancelled";

    /** The reply of a single accept and the state of a message; content only when asked for. */
    Map<String, Object> view(boolean withContent) {
        var view = new LinkedHashMap<String, Object>();
        view.put("id", id);
        view.put("status", status);
        view.put("dedupe_id", dedupeId);
        view.put("batch_id", batchId);
        view.put("category", category);
        view.put("template_id", templateId);
        view.put("from", content.get("from"));
        view.put("subject", content.get("subject"));
        view.put("recipients", recipients.stream().map(Recipient::view).toList());
        view.put("tags", Json.strings(content.get("tags")));
        view.put("metadata", content.get("metadata"));
        view.put("message_id", messageId());
        view.put("attempts", attempts);
        view.put("last_reply", content.get("last_reply"));
        view.put("send_at", Times.text(sendAt));
        view.put("expires_at", Times.text(expiresAt));
        view.put("created_at", Times.text(createdAt));
        view.put("updated_at", Times.text(updatedAt));
        if (withContent) {
            view.put("html", content.get("html"));
            view.put("text", content.get("text"));
        }
        return view;
    }

    /** The Message-ID header: the same for every try. */
    public String messageId() {
        return "<" + id + "@"
                + Sender.parse(content.get("from").get("email").asString()).domain() + ">";
    }

    public boolean flag(String name) {
        return content.path(name).asBoolean(false);
    }

    /** A text of the content; null when there is none. */
    public String text(String name) {
        return content.hasNonNull(name) ? content.get(name).asString() : null;
    }
}

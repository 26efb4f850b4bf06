// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.hub.timeline.Story;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Messages and their events as the contract shows them. */
final class MessageView {
    private MessageView() {}

    static Map<String, Object> of(Message message) {
        JsonNode summary = message.summary();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", message.id());
        view.put("status", message.status());
        view.put("dedupe_id", message.dedupeId());
        view.put("batch_id", message.batchId());
        view.put("category", summary.get("category"));
        view.put("template_id", message.template());
        view.put("from", summary.get("from"));
        view.put("subject", summary.get("subject"));
        List<Map<String, Object>> recipients = new ArrayList<>();
        summary.path("recipients").forEach(recipient -> recipients.add(recipient(message, recipient)));
        view.put("recipients", recipients);
        view.put("tags", summary.get("tags"));
        view.put("metadata", summary.get("metadata"));
        view.put("sandbox", message.isSandbox());
        view.put("send_at", Times.text(message.sendAt()));
        view.put("expires_at", summary.get("expires_at"));
        view.put("reason", message.outcome() == null ? message.cause() : null);
        view.put("upstream_id", message.upstreamId());
        view.put("created_at", Times.text(message.createdAt()));
        view.put("updated_at", Times.text(message.updatedAt()));
        if (isSettledHere(message)) {
            addFlags(view, message);
        }
        return view;
    }

    private static boolean isSettledHere(Message message) {
        return message.isSandbox() && message.status().equals(message.outcome());
    }

    private static Map<String, Object> recipient(Message message, JsonNode recipient) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("kind", recipient.path("kind").asText());
        view.put("email", recipient.path("email").asText());
        view.put("name", recipient.get("name"));
        boolean settled = isSettledHere(message) && !message.status().equals(Message.CANCELLED);
        view.put(
                "status",
                settled ? SandboxOutcome.of(recipient.path("email").asText()).status() : "accepted");
        view.put("reason", null);
        return view;
    }

    private static void addFlags(Map<String, Object> view, Message message) {
        String at = Times.text(message.outcomeAt());
        for (JsonNode recipient : message.summary().path("recipients")) {
            switch (SandboxOutcome.of(recipient.path("email").asText())) {
                case OPEN -> view.put("opened_at", at);
                case CLICK -> {
                    view.put("opened_at", at);
                    view.put("clicked_at", at);
                }
                case COMPLAINT -> view.put("complained_at", at);
                case SOFTBOUNCE -> view.put("bounce", Map.of("class", "mailbox_full", "permanent", false));
                case HARDBOUNCE -> view.put("bounce", Map.of("class", "invalid_mailbox", "permanent", true));
                case DELIVERED, SLOW, REJECT -> {
                    // the status says it all
                }
            }
        }
    }

    /** The time line, oldest first. */
    static List<Map<String, Object>> events(Message message, Story story) {
        List<Map<String, Object>> events = new ArrayList<>();
        boolean later = message.sendAt() != null && message.sendAt().isAfter(message.createdAt());
        events.add(event(later ? Message.SCHEDULED : Message.QUEUED, message.createdAt(), null));
        if (message.isSandbox()) {
            addSandboxEvents(events, message);
        }
        for (Story.Entry entry : story.entries()) {
            String type = message.isSandbox() && !entry.stage().equals("intake") ? null : type(entry, message);
            if (type != null) {
                events.add(event(type, entry.at(), type.equals(Message.SENT) ? null : entry.detail()));
            }
        }
        return events;
    }

    private static void addSandboxEvents(List<Map<String, Object>> events, Message message) {
        if (message.status().equals(Message.SCHEDULED) || message.status().equals(Message.CANCELLED)) {
            return;
        }
        if (!message.outcome().equals(Message.FAILED)) {
            boolean later = message.sendAt() != null && message.sendAt().isAfter(message.createdAt());
            events.add(
                    event(Message.SENT, later ? message.sendAt() : message.createdAt(), "sandbox: it did not leave"));
        }
        if (isSettledHere(message)) {
            events.add(event(message.outcome(), message.outcomeAt(), null));
            for (JsonNode recipient : message.summary().path("recipients")) {
                String more = switch (SandboxOutcome.of(recipient.path("email").asText())) {
                    case OPEN -> "opened";
                    case CLICK -> "clicked";
                    case COMPLAINT -> "complained";
                    default -> null;
                };
                if (more != null) {
                    events.add(event(more, message.outcomeAt(), null));
                }
            }
        }
    }

    /** Null for what only operators care about. */
    private static String type(Story.Entry entry, Message message) {
        return switch (entry.stage() + "/" + entry.what()) {
            case "intake/rescheduled" -> Message.SCHEDULED;
            case "intake/cancelled" -> Message.CANCELLED;
            case "smartmails/delivered" -> Message.SENT;
            case "sending/waiting" -> "deferred";
            case "sending/dead" -> Message.FAILED;
            case "sending/dropped" -> Message.CANCELLED.equals(message.outcome()) ? null : message.status();
            default -> null;
        };
    }

    private static Map<String, Object> event(String type, Instant at, String detail) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("type", "message." + type);
        event.put("at", Times.text(at));
        event.put("detail", detail);
        return event;
    }
}

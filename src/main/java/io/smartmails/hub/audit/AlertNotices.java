// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.id.Ids;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Tells people of an alert in the commit that raises it: a mail per address through the hub's own queue and a delivery per
 * webhook. Each alert and level has an identity, so nobody is told twice.
 */
final class AlertNotices {
    /** Connector, connection and first part of the dedupe id under which the hub's own mails are journalled. */
    private static final String HUB = "hub";

    private final EnvelopeStore envelopes;
    private final ItemStore items;
    private final AlertWebhookStore webhooks;
    private final List<String> usualEmails;
    private final URI publicUrl;
    private final Wakeup sender;
    private final Wakeup deliveries;
    private final Ids ids;

    AlertNotices(
            EnvelopeStore envelopes,
            ItemStore items,
            AlertWebhookStore webhooks,
            List<String> usualEmails,
            URI publicUrl,
            Wakeup sender,
            Wakeup deliveries,
            Ids ids) {
        this.envelopes = envelopes;
        this.items = items;
        this.webhooks = webhooks;
        this.usualEmails = List.copyOf(usualEmails);
        this.publicUrl = publicUrl;
        this.sender = sender;
        this.deliveries = deliveries;
        this.ids = ids;
    }

    void tell(Tx tx, Alert alert, AlertRule rule, Instant now) {
        for (String email : rule.emails().isEmpty() ? usualEmails : rule.emails()) {
            mail(tx, alert, email, now);
        }
        String event = ids.next("evt");
        String body = Json.write(event(event, alert, now));
        for (String webhook : rule.webhookId() == null ? webhooks.enabledIds(tx) : List.of(rule.webhookId())) {
            webhooks.addDelivery(tx, ids.next("dlv"), webhook, event, body, now);
        }
        sender.signal();
        deliveries.signal();
    }

    private void mail(Tx tx, Alert alert, String email, Instant now) {
        String id = ids.next("msg");
        String identity = "alert/" + alert.id() + "/" + alert.level() + "/" + email;
        byte[] body =
                Json.write(Map.of("alert", alert.id(), "level", alert.level())).getBytes(StandardCharsets.UTF_8);
        var envelope = new Envelope(id, HUB, HUB, "security-alert", identity, now, Map.of(), body, 0);
        if (envelopes.acceptTranslated(tx, envelope).duplicate()) {
            return;
        }
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("to", List.of(Map.of("email", email)));
        message.put("subject", subject(alert));
        message.put("text", text(alert));
        message.put("category", "transactional");
        message.put("tags", List.of("security-alert"));
        message.put("metadata", Map.of("receipt", id, "alert", alert.id()));
        items.add(
                tx,
                new Item(
                        ids.next("itm"),
                        Item.Kind.SEND,
                        id,
                        null,
                        identity,
                        null,
                        Item.Lane.TRANSACTIONAL,
                        "live",
                        null,
                        0,
                        now,
                        Json.write(message)),
                now);
    }

    private static String subject(Alert alert) {
        return "SmartMails Hub: " + alert.type().code().replace('_', ' ') + ": " + alert.subject();
    }

    private String text(Alert alert) {
        String facts = alert.detail().entrySet().stream()
                .map(fact -> "  " + fact.getKey() + ": " + fact.getValue() + "\n")
                .collect(Collectors.joining());
        return "What:     " + alert.type().code().replace('_', ' ') + "\n"
                + "About:    " + alert.subject() + "\n"
                + "Since:    " + alert.firstAt() + ", " + alert.times() + (alert.times() == 1 ? " time\n" : " times\n")
                + (facts.isEmpty() ? "" : "Details:\n" + facts)
                + "\n" + alert.type().cure() + "\n"
                + "\nAlert " + alert.id() + " stays open until somebody resolves it:\n"
                + publicUrl + "/console/alerts\n"
                + "./hub alerts resolve " + alert.id() + "\n";
    }

    private static Map<String, Object> event(String id, Alert alert, Instant now) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("id", id);
        event.put("type", alert.type() == AlertType.KEY_EXPIRING ? "key.expiring" : "security.alert");
        event.put("timestamp", now.toString());
        event.put("data", AlertJson.of(alert));
        return event;
    }
}

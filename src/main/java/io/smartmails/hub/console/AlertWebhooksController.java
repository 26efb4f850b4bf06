// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.audit.AlertDelivery;
import io.smartmails.hub.audit.AlertWebhook;
import io.smartmails.hub.audit.AlertWebhooks;
import io.smartmails.hub.audit.AuditActor;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Receivers of alerts. */
@RestController
@RequestMapping("/admin/v1/alert-webhooks")
class AlertWebhooksController {
    private static final String SCOPE = "keys:admin";

    record New(String url) {}

    /** @param grace ISO 8601 duration of 0 to 30 days for which the old secret signs too; 24 hours when absent */
    record Roll(String grace) {}

    private final AlertWebhooks webhooks;

    AlertWebhooksController(AlertWebhooks webhooks) {
        this.webhooks = webhooks;
    }

    @GetMapping
    Page<Map<String, Object>> list(HttpServletRequest request) {
        Asking.with(request, SCOPE);
        return new Page<>(
                webhooks.list().stream().map(AlertWebhooksController::json).toList());
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    Map<String, Object> create(@RequestBody New wanted, HttpServletRequest request) {
        return json(webhooks.create(wanted.url(), Asking.with(request, SCOPE)));
    }

    @GetMapping("/{id}")
    Map<String, Object> one(@PathVariable String id, HttpServletRequest request) {
        Asking.with(request, SCOPE);
        return json(webhooks.find(id));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, HttpServletRequest request) {
        webhooks.delete(id, Asking.with(request, SCOPE));
    }

    @PostMapping("/{id}/roll")
    @ResponseStatus(HttpStatus.CREATED)
    Map<String, Object> roll(
            @PathVariable String id, @RequestBody(required = false) Roll roll, HttpServletRequest request) {
        AuditActor actor = Asking.with(request, SCOPE);
        return json(webhooks.roll(id, roll == null ? null : roll.grace(), actor));
    }

    @PostMapping("/{id}/enable")
    Map<String, Object> enable(@PathVariable String id, HttpServletRequest request) {
        return json(webhooks.enable(id, Asking.with(request, SCOPE)));
    }

    @PostMapping("/{id}/test")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, Object> test(@PathVariable String id, HttpServletRequest request) {
        return json(webhooks.test(id, Asking.with(request, SCOPE)));
    }

    @GetMapping("/{id}/deliveries")
    Page<Map<String, Object>> deliveries(
            @PathVariable String id, @RequestParam(defaultValue = Limit.USUAL) int limit, HttpServletRequest request) {
        Asking.with(request, SCOPE);
        return new Page<>(webhooks.deliveries(id, Limit.checked(limit)).stream()
                .map(AlertWebhooksController::json)
                .toList());
    }

    private static Map<String, Object> json(AlertWebhooks.Made made) {
        Map<String, Object> json = json(made.webhook());
        json.put("secret", made.secret());
        return json;
    }

    private static Map<String, Object> json(AlertWebhook webhook) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", webhook.id());
        json.put("url", webhook.url());
        json.put("enabled", webhook.enabled());
        json.put("disabled_reason", webhook.disabledReason());
        json.put("failing_since", webhook.failingSince());
        json.put("previous_secret_until", webhook.previousUntil());
        json.put("created_at", webhook.createdAt());
        json.put("created_by", webhook.createdBy());
        return json;
    }

    private static Map<String, Object> json(AlertDelivery delivery) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", delivery.id());
        json.put("webhook_id", delivery.webhookId());
        json.put("event_id", delivery.eventId());
        json.put("state", delivery.state());
        json.put("attempts", delivery.attempts());
        json.put("due_at", delivery.state().equals("waiting") ? delivery.dueAt() : null);
        json.put("created_at", delivery.createdAt());
        json.put("cause", delivery.cause());
        return json;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Alerts and rules as answers and webhooks spell them. */
public final class AlertJson {
    private AlertJson() {}

    public static Map<String, Object> of(Alert alert) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", alert.id());
        json.put("type", alert.type().code());
        json.put("subject", alert.subject());
        json.put("status", alert.state());
        json.put("level", alert.level());
        json.put("count", alert.times());
        json.put("detail", alert.detail());
        json.put("cure", alert.type().cure());
        json.put("first_at", alert.firstAt().toString());
        json.put("last_at", alert.lastAt().toString());
        json.put("note", alert.note());
        json.put(
                "changed_at",
                alert.changedAt() == null ? null : alert.changedAt().toString());
        json.put("changed_by", alert.changedBy());
        return json;
    }

    /** The shape that {@code PUT /admin/v1/alert-rules} takes. */
    public static Map<String, Object> of(List<AlertRule> rules) {
        return Map.of("rules", rules.stream().map(AlertJson::of).toList());
    }

    private static Map<String, Object> of(AlertRule rule) {
        Map<String, Object> notify = new LinkedHashMap<>();
        notify.put("emails", rule.emails());
        notify.put("webhook_id", rule.webhookId());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", rule.type().code());
        json.put("enabled", rule.enabled());
        json.put("threshold", rule.threshold());
        json.put("window", rule.window() == null ? null : rule.window().toString());
        json.put("notify", notify);
        return json;
    }
}

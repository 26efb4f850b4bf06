// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import java.sql.Types;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Rows of {@code alert_rule}: where an operator differs from the usual. */
final class AlertRuleStore {
    private AlertRuleStore() {}

    /** One for every type. */
    static Map<AlertType, AlertRule> all(JdbcClient jdbc) {
        Map<AlertType, AlertRule> rules = new EnumMap<>(AlertType.class);
        for (AlertType type : AlertType.values()) {
            rules.put(type, AlertRule.usual(type));
        }
        jdbc.sql(
                        "SELECT type, enabled, threshold, window_ms, emails, webhook_id FROM alert_rule WHERE account = :account")
                .param("account", Account.MAIN)
                .query(rs -> {
                    AlertType type = AlertType.of(rs.getString("type")).orElseThrow();
                    double threshold = rs.getDouble("threshold");
                    boolean counts = !rs.wasNull();
                    long window = rs.getLong("window_ms");
                    rules.put(
                            type,
                            new AlertRule(
                                    type,
                                    rs.getInt("enabled") == 1,
                                    counts ? threshold : null,
                                    window == 0 ? null : Duration.ofMillis(window),
                                    Json.strings(rs.getString("emails")),
                                    rs.getString("webhook_id")));
                });
        return rules;
    }

    static void save(Tx tx, AlertRule rule) {
        tx.jdbc()
                .sql("INSERT INTO alert_rule (account, type, enabled, threshold, window_ms, emails, webhook_id) VALUES"
                        + " (:account, :type, :enabled, :threshold, :window, :emails, :webhook) ON CONFLICT (account, type)"
                        + " DO UPDATE SET enabled = excluded.enabled, threshold = excluded.threshold,"
                        + " window_ms = excluded.window_ms, emails = excluded.emails, webhook_id = excluded.webhook_id")
                .param("account", Account.MAIN)
                .param("type", rule.type().code())
                .param("enabled", rule.enabled() ? 1 : 0)
                .param("threshold", rule.threshold(), Types.DOUBLE)
                .param("window", rule.window() == null ? null : rule.window().toMillis(), Types.BIGINT)
                .param("emails", Json.write(rule.emails()))
                .param("webhook", rule.webhookId(), Types.VARCHAR)
                .update();
    }

    /** A webhook went: whoever named it gets every one. */
    static void forgetWebhook(Tx tx, String webhookId) {
        tx.jdbc()
                .sql("UPDATE alert_rule SET webhook_id = NULL WHERE account = :account AND webhook_id = :webhook")
                .param("account", Account.MAIN)
                .param("webhook", webhookId)
                .update();
    }
}

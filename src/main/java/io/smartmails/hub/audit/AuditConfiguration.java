// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Database;
import io.smartmails.hub.HubSettings;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class AuditConfiguration {
    @Bean
    AuditChain auditChain(Database database, Secrets secrets, InstantSource clock, Ids ids) {
        return new AuditChain(database, secrets, clock, ids);
    }

    @Bean
    Noticeboard securityEvents() {
        return new Noticeboard();
    }

    /** New deliveries wait for their webhook. */
    @Bean
    Wakeup alertWakeup() {
        return new Wakeup();
    }

    @Bean
    AlertWebhookStore alertWebhookStore(Database database) {
        return new AlertWebhookStore(database);
    }

    @Bean
    WebhookTarget webhookTarget(@Value("${hub.alerts.allow-private-targets:false}") boolean allowPrivate) {
        return new WebhookTarget(allowPrivate);
    }

    @Bean
    Alerts alerts(
            Database database,
            EnvelopeStore envelopes,
            ItemStore items,
            AlertWebhookStore webhooks,
            AuditChain audit,
            HubSettings settings,
            InstantSource clock,
            Ids ids,
            @Value("${hub.alerts.emails:}") List<String> emails,
            @Qualifier("senderWakeup") Wakeup sender,
            @Qualifier("alertWakeup") Wakeup deliveries) {
        List<String> checked = emails.stream().map(String::strip).toList();
        checked.stream()
                .filter(email -> !AlertRuleChanges.isAddress(email))
                .findFirst()
                .ifPresent(email -> {
                    throw new IllegalArgumentException("hub.alerts.emails: address " + (checked.indexOf(email) + 1)
                            + " is no mail address; write them with commas between, for example ops@example.com");
                });
        return new Alerts(
                database,
                new AlertNotices(envelopes, items, webhooks, checked, settings.publicUrl(), sender, deliveries, ids),
                id -> webhooks.find(id).isPresent(),
                audit,
                clock,
                ids);
    }

    @Bean
    AlertWebhooks alertWebhooks(
            Database database,
            AlertWebhookStore store,
            WebhookTarget target,
            Secrets secrets,
            AuditChain audit,
            SecureRandom random,
            InstantSource clock,
            Ids ids,
            @Qualifier("alertWakeup") Wakeup deliveries) {
        return new AlertWebhooks(database, store, target, secrets, audit, random, clock, ids, deliveries);
    }

    @Bean
    SecurityRecorder securityRecorder(
            Noticeboard board, Database database, AuditChain chain, Alerts alerts, InstantSource clock) {
        return new SecurityRecorder(board, database, chain, alerts, clock);
    }

    @Bean
    AlertDeliveryWorker alertDeliveryWorker(
            Database database,
            AlertWebhookStore store,
            WebhookTarget target,
            Secrets secrets,
            SecureRandom random,
            Alerts alerts,
            InstantSource clock,
            @Qualifier("alertWakeup") Wakeup wakeup) {
        return new AlertDeliveryWorker(
                database, store, target, secrets, new RetryLadder(random), alerts, clock, wakeup);
    }
}

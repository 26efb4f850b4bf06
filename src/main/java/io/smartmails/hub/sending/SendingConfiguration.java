// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Database;
import io.smartmails.hub.HubSettings;
import io.smartmails.hub.audit.AlertType;
import io.smartmails.hub.audit.Alerts;
import io.smartmails.hub.audit.Cause;
import io.smartmails.hub.contact.ContactLedger;
import io.smartmails.hub.contact.Contacts;
import io.smartmails.hub.contact.Lists;
import io.smartmails.hub.contact.Suppressions;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.KindRules;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.smartmails.ControlLane;
import io.smartmails.hub.smartmails.LedgerClient;
import io.smartmails.hub.smartmails.SmartMailsClient;
import io.smartmails.hub.smartmails.SmartMailsSettings;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import java.time.InstantSource;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class SendingConfiguration {
    @Bean
    Budget budget(Database database, SmartMailsSettings settings, InstantSource clock, Ids ids) {
        return new Budget(new RequestLogStore(database), settings.requestsPerMinute(), clock, ids);
    }

    @Bean
    UpstreamAlarm upstreamAlarm(Alerts alerts) {
        Logger log = LoggerFactory.getLogger(UpstreamAlarm.class);
        return (type, subject, detail) -> {
            log.error("{} ({}): {}", type, subject, detail);
            alerts.raiseSoon(Cause.of(AlertType.of(type).orElseThrow(), subject, Map.of("what", detail)));
        };
    }

    @Bean
    Upstream upstream(Budget budget, SmartMailsClient client, UpstreamAlarm alarm, InstantSource clock) {
        return new Upstream(budget, client, alarm, clock);
    }

    @Bean
    ControlLane controlLane(Budget budget, InstantSource clock) {
        return new ControlTokens(budget, clock);
    }

    @Bean
    AccountLimits accountLimits(Upstream upstream, SmartMailsClient client, Budget budget, InstantSource clock) {
        return new AccountLimits(upstream, client, budget, clock);
    }

    @Bean
    Backlog backlog(ItemStore items, AccountLimits limits, Budget budget, InstantSource clock) {
        return new Backlog(items, limits, budget, clock);
    }

    @Bean
    ItemFailures itemFailures(
            ItemStore items, TimelineStore timeline, RetryPolicy retries, KindRules rules, InstantSource clock) {
        return new ItemFailures(items, timeline, retries, rules, clock);
    }

    @Bean
    TemplatePublisher templatePublisher(
            HubSettings settings,
            Database database,
            SmartMailsClient client,
            Upstream upstream,
            SmartMailsSettings smartmails,
            InstantSource clock) {
        return new TemplatePublisher(
                settings.home().resolve("config/templates"), database, client, upstream, smartmails.baseUrl(), clock);
    }

    @Bean
    Sender sender(
            Database database,
            ItemStore items,
            ItemFailures failures,
            Upstream upstream,
            SmartMailsClient client,
            AccountLimits limits,
            SmartMailsSettings settings,
            TemplatePublisher templates,
            InstantSource clock,
            @Qualifier("senderWakeup") Wakeup wakeup) {
        return new Sender(
                database,
                items,
                failures,
                upstream,
                client,
                limits,
                settings.dedupeLife(),
                templates::publishAgain,
                clock,
                wakeup);
    }

    @Bean
    ContactLedger contactLedger(Database database, ItemStore items, InstantSource clock, Ids ids) {
        var ledger = new ContactLedger(database, items, clock, ids);
        ledger.index();
        return ledger;
    }

    @Bean
    ContactSync contactSync(
            Database database,
            ItemStore items,
            ContactLedger ledger,
            ItemFailures failures,
            Upstream upstream,
            SmartMailsClient client,
            LedgerClient archive,
            AccountLimits limits,
            InstantSource clock,
            @Qualifier("contactWakeup") Wakeup wakeup) {
        return new ContactSync(database, items, ledger, failures, upstream, client, archive, limits, clock, wakeup);
    }

    @Bean
    LedgerSync ledgerSync(
            Database database,
            ContactLedger ledger,
            LedgerClient client,
            Upstream upstream,
            @Qualifier("ledgerWakeup") Wakeup wakeup) {
        var contacts = new Contacts(ledger);
        return new LedgerSync(
                database, new Lists(ledger, contacts), new Suppressions(ledger, contacts), client, upstream, wakeup);
    }
}

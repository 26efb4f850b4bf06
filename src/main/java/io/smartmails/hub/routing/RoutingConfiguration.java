// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.db.Database;
import io.smartmails.hub.HubSettings;
import io.smartmails.hub.component.FailurePolicy;
import io.smartmails.hub.component.Rules;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.contact.ContactLedger;
import io.smartmails.hub.queue.CheckpointStore;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.queue.Rehearsal;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.RunStore;
import io.smartmails.hub.queue.Rush;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Camel's failure policy, the rules and the workers of the stage. */
@Configuration(proxyBeanMethods = false)
class RoutingConfiguration {
    /** How late work of other nodes and delayed rows are seen; what this node makes is signalled. */
    private static final Duration IDLE = Duration.ofMillis(500);

    @Bean
    CamelContextConfiguration camelPolicy() {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {
                FailurePolicy.applyTo(camel);
            }

            @Override
            public void afterApplicationStart(CamelContext camel) {
                // the rules are deployed by DeployWorker
            }
        };
    }

    @Bean
    Rules rules() {
        return new Rules();
    }

    @Bean
    Rehearsal rehearsal(Connectors connectors, Rules rules) {
        return new RuleRehearsal(connectors, rules);
    }

    @Bean
    RouteDeployer routeDeployer(
            CamelContext camel, Rules rules, HubSettings settings, Database database, InstantSource clock) {
        return new RouteDeployer(camel, rules, settings.home().resolve("routes"), new RouteStore(database, clock));
    }

    @Bean
    RouteStatuses routeStatuses(RouteDeployer deployer, RunStore runs, PollRunner polls) {
        return new RouteStatuses(deployer, runs, polls);
    }

    @Bean
    DeployWorker deployWorker(CamelContext camel, RouteDeployer deployer) {
        return new DeployWorker(camel, deployer);
    }

    @Bean
    Rush rush(@Qualifier("translatorWakeup") Wakeup arrivals) {
        return new Rush(arrivals);
    }

    @Bean
    TranslatorWorker translatorWorker(
            RouteDeployer deployer,
            Database database,
            EnvelopeStore envelopes,
            RunStore runs,
            TimelineStore timeline,
            Connectors connectors,
            ContactLedger contacts,
            Rules rules,
            RetryPolicy retry,
            InstantSource clock,
            @Qualifier("translatorWakeup") Wakeup translator,
            @Qualifier("runnerWakeup") Wakeup runner,
            Rush rush) {
        return new TranslatorWorker(
                deployer,
                new Translator(
                        database,
                        envelopes,
                        runs,
                        timeline,
                        connectors,
                        new ApplicationEvents(contacts::emailOf),
                        rules,
                        retry,
                        clock,
                        runner),
                translator,
                rush,
                IDLE);
    }

    @Bean
    RuleWorker ruleWorker(
            RouteDeployer deployer,
            Database database,
            RunStore runs,
            ItemStore items,
            ContactLedger contacts,
            TimelineStore timeline,
            Rules rules,
            RetryPolicy retry,
            InstantSource clock,
            Ids ids,
            @Qualifier("runnerWakeup") Wakeup runner,
            @Qualifier("senderWakeup") Wakeup sender,
            @Qualifier("contactWakeup") Wakeup contactSync,
            Rush rush) {
        var settlement = new RunSettlement(database, runs, items, contacts, timeline, rules, clock, ids);
        return new RuleWorker(
                deployer,
                rules,
                new RuleRunner(database, runs, timeline, settlement, rules, retry, clock, List.of(sender, contactSync)),
                runner,
                rush,
                IDLE);
    }

    @Bean
    PollRunner pollRunner(
            Database database,
            EnvelopeStore envelopes,
            CheckpointStore checkpoints,
            Connectors connectors,
            Rules rules,
            RetryPolicy retry,
            InstantSource clock,
            Ids ids,
            @Qualifier("translatorWakeup") Wakeup translator) {
        return new PollRunner(database, envelopes, checkpoints, connectors, rules, retry, clock, ids, translator);
    }

    @Bean
    PollWorker pollWorker(RouteDeployer deployer, PollRunner polls, Pressure pressure) {
        return new PollWorker(deployer, polls, pressure, IDLE);
    }
}

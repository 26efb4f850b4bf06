// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import io.smartmails.db.Database;
import io.smartmails.hub.gateway.Refusals;
import io.smartmails.hub.gateway.WebhookGate;
import io.smartmails.hub.queue.CommandCheck;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import java.time.InstantSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class IntakeConfiguration {
    @Bean
    ServletRegistrationBean<WebhookServlet> webhookServlet(
            WebhookGate gate,
            Refusals refusals,
            Database database,
            EnvelopeStore envelopes,
            TimelineStore timeline,
            @Qualifier("translatorWakeup") Wakeup translator,
            Pressure pressure,
            InstantSource clock,
            Ids ids) {
        return new ServletRegistrationBean<>(
                new WebhookServlet(gate, refusals, database, envelopes, timeline, translator, pressure, clock, ids),
                "/webhooks/*");
    }

    /** An edited message is checked as a new one is. */
    @Bean
    CommandCheck commandCheck() {
        return (message, at) -> new MessageRequest(message).errors(at);
    }

    @Bean
    ServletRegistrationBean<MessageServlet> messageServlet(
            Database database,
            EnvelopeStore envelopes,
            ItemStore items,
            StoryStore stories,
            @Qualifier("senderWakeup") Wakeup sender,
            Pressure pressure,
            InstantSource clock,
            Ids ids) {
        var intake = new MessageIntake(database, envelopes, items, sender, clock, ids);
        return new ServletRegistrationBean<>(new MessageServlet(intake, stories, pressure, clock), "/v1/*");
    }
}

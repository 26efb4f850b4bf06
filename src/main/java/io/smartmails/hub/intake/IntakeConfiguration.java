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
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.scheduling.annotation.SchedulingConfigurer;

@Configuration(proxyBeanMethods = false)
class IntakeConfiguration {
    private static final int AFTER_IDEMPOTENCY = Ordered.HIGHEST_PRECEDENCE + 200;
    private static final Duration FORGET_EVERY = Duration.ofHours(1);

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
    CommandCheck commandCheck(InstantSource clock) {
        return (message, at) -> {
            var faults = new Faults(false);
            MessageReader.read(message, at, faults, clock.instant());
            return faults.all();
        };
    }

    @Bean
    DedupeStore dedupeStore(Database database, InstantSource clock) {
        return new DedupeStore(database, clock);
    }

    @Bean
    MessageEndpoints messageEndpoints(
            Database database,
            EnvelopeStore envelopes,
            ItemStore items,
            DedupeStore dedupe,
            StoryStore stories,
            TimelineStore timeline,
            ObjectProvider<SendingRights> rights,
            @Qualifier("senderWakeup") Wakeup sender,
            InstantSource clock,
            Ids ids) {
        var messages = new MessageStore(database, clock);
        return new MessageEndpoints(
                database,
                new MessageIntake(envelopes, items, messages, dedupe, clock, ids),
                messages,
                envelopes,
                items,
                stories,
                timeline,
                rights.getIfAvailable(() -> SendingRights.ALL),
                sender,
                clock,
                ids);
    }

    @Bean
    EventEndpoints eventEndpoints(
            Database database,
            EnvelopeStore envelopes,
            DedupeStore dedupe,
            @Qualifier("translatorWakeup") Wakeup translator,
            InstantSource clock,
            Ids ids) {
        return new EventEndpoints(database, envelopes, dedupe, translator, clock, ids);
    }

    @Bean
    FilterRegistrationBean<ApplicationApi> applicationApi(
            MessageEndpoints messages, EventEndpoints events, Pressure pressure, InstantSource clock) {
        var api = new ApplicationApi()
                .on("GET", "/ping", null, call -> Call.Reply.of(200, ping(call, clock)))
                .on("POST", "/messages", "messages:send", withRoom(pressure, messages::send))
                .on("GET", "/messages", "messages:read", messages::list)
                .on("POST", "/messages/batch", "messages:send", withRoom(pressure, messages::sendBatch))
                .on("GET", "/messages/{id}", "messages:read", messages::get)
                .on("PUT", "/messages/{id}", "messages:send", messages::reschedule)
                .on("DELETE", "/messages/{id}", "messages:send", messages::cancel)
                .on("GET", "/messages/{id}/events", "messages:read", messages::events)
                .on("GET", "/message-batches/{id}", "messages:read", messages::batch)
                .on("POST", "/events", "events:write", withRoom(pressure, events::track))
                .on("POST", "/events/batch", "events:write", withRoom(pressure, events::trackBatch))
                .leave("POST /messages/preview")
                .leave("GET /events");
        var registration = new FilterRegistrationBean<>(api);
        registration.setOrder(AFTER_IDEMPOTENCY);
        registration.addUrlPatterns("/v1/*");
        return registration;
    }

    private static Call.Handler withRoom(Pressure pressure, Call.Handler accept) {
        return call -> {
            pressure.requireRoom();
            return accept.handle(call);
        };
    }

    private static Map<String, Object> ping(Call call, InstantSource clock) {
        return Map.of("ok", true, "mode", call.mode(), "time", Times.text(clock.instant()));
    }

    @Bean
    SchedulingConfigurer forgetDedupeIds(DedupeStore dedupe) {
        return tasks -> tasks.addFixedDelayTask(dedupe::forget, FORGET_EVERY);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.db.Database;
import io.smartmails.hub.audit.AuditLog;
import io.smartmails.hub.queue.CommandCheck;
import io.smartmails.hub.queue.CountStore;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.EditStore;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.Forecaster;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.queue.Rehearsal;
import io.smartmails.hub.queue.ReplayStore;
import io.smartmails.hub.queue.RunStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import java.time.InstantSource;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The console's parts; its controllers are found by their annotations. */
@Configuration(proxyBeanMethods = false)
class ConsoleConfiguration {
    @Bean
    WebMvcConfigurer consoleGuard(AdminKeys keys, InstantSource clock) {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new ConsoleGuard(keys, clock)).addPathPatterns("/console", "/console/**");
            }
        };
    }

    @Bean
    Replay replay(
            Database database,
            DeadLetterStore deadLetters,
            EnvelopeStore envelopes,
            ItemStore items,
            EditStore edits,
            Rehearsal rehearsal,
            CommandCheck check,
            TimelineStore timeline,
            AuditLog audit,
            Ids ids,
            List<Wakeup> wakeups) {
        return new Replay(
                database, deadLetters, envelopes, items, edits, rehearsal, check, timeline, audit, ids, wakeups);
    }

    @Bean
    BulkReplay bulkReplay(
            Database database,
            ReplayStore replays,
            Forecaster forecaster,
            AuditLog audit,
            @Qualifier("replayWakeup") Wakeup worker,
            InstantSource clock,
            Ids ids) {
        return new BulkReplay(database, replays, forecaster, audit, worker, clock, ids);
    }

    @Bean
    DeadLetterDetails deadLetterDetails(
            DeadLetterStore deadLetters,
            EnvelopeStore envelopes,
            RunStore runs,
            ItemStore items,
            EditStore edits,
            StoryStore stories,
            Rehearsal rehearsal) {
        return new DeadLetterDetails(deadLetters, envelopes, runs, items, edits, stories, rehearsal);
    }

    @Bean
    MessageStatuses messageStatuses(MessagesView messages, InstantSource clock) {
        return new MessageStatuses(messages, clock);
    }

    @Bean
    Overview overview(
            Database database,
            InstantSource clock,
            CountStore counts,
            StoryStore stories,
            RoutesView routes,
            UpstreamView upstream,
            Pressure pressure) {
        return new Overview(counts, stories, new TrafficStore(database, clock), routes, upstream, pressure);
    }

    @Bean
    Times times(InstantSource clock) {
        return new Times(clock);
    }
}

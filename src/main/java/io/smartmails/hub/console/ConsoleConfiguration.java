// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.db.Database;
import io.smartmails.hub.queue.CountStore;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.hub.timeline.TimelineStore;
import java.time.InstantSource;
import java.util.List;
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
    Replay replay(Database database, DeadLetterStore deadLetters, TimelineStore timeline, List<Wakeup> wakeups) {
        return new Replay(database, deadLetters, timeline, wakeups);
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
            UpstreamView upstream) {
        return new Overview(counts, stories, new TrafficStore(database, clock), routes, upstream);
    }

    @Bean
    Times times(InstantSource clock) {
        return new Times(clock);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.hub.audit.AuditLog;
import io.smartmails.hub.audit.SecurityEvents;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.id.Ids;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.SchedulingConfigurer;

@Configuration(proxyBeanMethods = false)
@EnableScheduling
class GatewayConfiguration {
    private static final Duration SAVE_REFUSALS = Duration.ofSeconds(1);
    private static final Duration SAVE_BUCKETS = Duration.ofSeconds(1);
    private static final Duration CLOSE_SLOW_HEADS = Duration.ofSeconds(1);
    /** Twice within the second a change may take to reach every node. */
    private static final Duration REFRESH_RULES = Duration.ofMillis(400);

    @Bean
    WebhookGate webhookGate(Connectors connectors, Door door) {
        return new WebhookGate(connectors, door);
    }

    @Bean(destroyMethod = "save")
    Refusals refusals(Database database) {
        return new Refusals(database);
    }

    @Bean
    SchedulingConfigurer saveRefusals(Refusals refusals) {
        return tasks -> tasks.addFixedDelayTask(refusals::save, SAVE_REFUSALS);
    }

    /** A wrong entry in the settings ends the start, named. */
    @Bean
    DoorSettings doorSettings(Environment environment) {
        return DoorSettings.read(environment);
    }

    @Bean
    LiveRules liveRules(Database database, AuditLog audit, InstantSource clock) {
        return new LiveRules(database, audit, clock);
    }

    @Bean(destroyMethod = "save")
    Throttle throttle(Database database, LiveRules rules, DoorSettings settings, InstantSource clock) {
        return new Throttle(
                Buckets.kept(database, clock), Buckets.inMemory(clock), rules, settings.wrongKeysPerMinute());
    }

    @Bean
    Door door(KeyRing keys, Throttle throttle, SecurityEvents events, DoorSettings settings, LiveRules rules) {
        return new Door(keys, throttle, events, settings, rules);
    }

    @Bean
    SchedulingConfigurer keepTheDoor(Throttle throttle, LiveRules rules) {
        return tasks -> {
            tasks.addFixedDelayTask(throttle::save, SAVE_BUCKETS);
            tasks.addFixedDelayTask(rules::refresh, REFRESH_RULES);
        };
    }

    @Bean
    FilterRegistrationBean<GatewayFilter> gatewayFilter(Door door, KeyUsage usage, Ids ids) {
        var registration = new FilterRegistrationBean<>(new GatewayFilter(door, usage, ids));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        registration.addUrlPatterns("/*");
        return registration;
    }

    /** What Tomcat refuses before any of our code runs is answered in our form too. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> guardedTomcat(Ids ids, SlowHeads slowHeads) {
        return factory -> {
            factory.setProtocol(HubHttpProtocol.class.getName());
            factory.addConnectorCustomizers(slowHeads::watch);
            factory.addContextCustomizers(context -> {
                var host = (StandardHost) context.getParent();
                host.setErrorReportValveClass(ProblemReportValve.class.getName());
                host.getPipeline().addValve(new ProblemReportValve(ids));
                host.getPipeline().addValve(new FramingValve(ids));
            });
        };
    }

    @Bean
    SlowHeads slowHeads() {
        return new SlowHeads();
    }

    @Bean
    SchedulingConfigurer closeSlowHeads(SlowHeads slowHeads) {
        return tasks -> tasks.addFixedDelayTask(slowHeads::close, CLOSE_SLOW_HEADS);
    }

    /** Connectors whose unfinished heads are closed. */
    static final class SlowHeads {
        private final List<HubHttpProtocol> protocols = new CopyOnWriteArrayList<>();

        void watch(Connector connector) {
            if (connector.getProtocolHandler() instanceof HubHttpProtocol protocol) {
                protocols.add(protocol);
            }
        }

        void close() {
            protocols.forEach(HubHttpProtocol::closeSlowHeads);
        }
    }
}

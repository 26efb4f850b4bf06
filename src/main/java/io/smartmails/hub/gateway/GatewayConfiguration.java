// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.id.Ids;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.SchedulingConfigurer;

@Configuration(proxyBeanMethods = false)
@EnableScheduling
class GatewayConfiguration {
    private static final Duration SAVE_REFUSALS = Duration.ofSeconds(1);

    @Bean
    WebhookGate webhookGate(Connectors connectors) {
        return new WebhookGate(connectors);
    }

    @Bean(destroyMethod = "save")
    Refusals refusals(Database database) {
        return new Refusals(database);
    }

    @Bean
    SchedulingConfigurer saveRefusals(Refusals refusals) {
        return tasks -> tasks.addFixedDelayTask(refusals::save, SAVE_REFUSALS);
    }

    @Bean
    FilterRegistrationBean<GatewayFilter> gatewayFilter(KeyRing keys, InstantSource clock, Ids ids) {
        var registration = new FilterRegistrationBean<>(new GatewayFilter(keys, new CallerThrottle(clock), ids));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        registration.addUrlPatterns("/*");
        return registration;
    }

    /** What Tomcat refuses before any of our code runs is answered in our form too. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> parserErrorsAsProblems() {
        return factory -> factory.addContextCustomizers(context ->
                ((StandardHost) context.getParent()).setErrorReportValveClass(ProblemReportValve.class.getName()));
    }
}

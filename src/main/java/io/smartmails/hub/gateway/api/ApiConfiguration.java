// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.hub.smartmails.ControlLane;
import io.smartmails.hub.smartmails.Relay;
import io.smartmails.hub.smartmails.SmartMailsSettings;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ApiConfiguration {
    @Bean
    PacedRelay pacedRelay(ControlLane lane, Relay relay, @Value("${hub.api.budget-wait:5s}") Duration longest) {
        return new PacedRelay(lane, relay, longest);
    }

    @Bean
    PassThrough passThrough(
            PacedRelay relay,
            SmartMailsSettings smartmails,
            @Value("${hub.api.read-cache:5s}") Duration kept,
            InstantSource clock) {
        return new PassThrough(relay, smartmails.baseUrl(), kept, clock);
    }

    @Bean
    Endpoints endpoints() {
        return new Endpoints();
    }

    @Bean
    ServletRegistrationBean<PassThroughServlet> passThroughServlet(
            Endpoints endpoints, PassThrough passThrough, InstantSource clock) {
        var registration = new ServletRegistrationBean<>(new PassThroughServlet(endpoints, passThrough, clock));
        endpoints.resources().stream()
                .filter(resource -> !resource.equals("contacts") && !resource.equals("messages"))
                .forEach(resource -> registration.addUrlMappings("/v1/" + resource + "/*"));
        registration.addUrlMappings("/v1/messages/preview");
        return registration;
    }
}

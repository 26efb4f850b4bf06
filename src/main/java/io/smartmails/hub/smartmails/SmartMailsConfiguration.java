// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class SmartMailsConfiguration {
    @Bean
    SmartMailsSettings smartMailsSettings(
            @Value("${smartmails.base-url}") URI baseUrl,
            @Value("${smartmails.api-key:}") String apiKey,
            @Value("${smartmails.requests-per-minute:60}") int requestsPerMinute,
            @Value("${smartmails.dedupe-life:30d}") Duration dedupeLife) {
        return new SmartMailsSettings(baseUrl, apiKey, requestsPerMinute, dedupeLife);
    }

    @Bean
    SmartMailsClient smartMailsClient(SmartMailsSettings settings, InstantSource clock) {
        return new SmartMailsClient(settings, clock);
    }

    @Bean
    Relay relay(SmartMailsSettings settings, @Value("${smartmails.call-timeout:10s}") Duration callTime) {
        return new Relay(settings, callTime);
    }

    @Bean
    LedgerClient ledgerClient(SmartMailsSettings settings, InstantSource clock) {
        return new LedgerClient(settings, clock);
    }
}

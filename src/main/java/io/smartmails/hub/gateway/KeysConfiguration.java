// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.github.benmanes.caffeine.cache.Ticker;
import io.smartmails.db.Database;
import io.smartmails.hub.audit.AuditLog;
import io.smartmails.hub.audit.SecurityEvents;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.SchedulingConfigurer;

@Configuration(proxyBeanMethods = false)
class KeysConfiguration {
    private static final Duration SAVE_USAGE = Duration.ofSeconds(5);
    private static final Duration LOOK_FOR_ENDS = Duration.ofMinutes(1);

    @Bean
    KeyStore keyStore(Database database) {
        return new KeyStore(database);
    }

    @Bean
    KeyRing keyRing(KeyStore store, Secrets secrets, InstantSource clock) {
        return new KeyRing(store, secrets, clock, Ticker.systemTicker());
    }

    @Bean
    KeyDesk keyDesk(
            KeyRing ring,
            KeyStore store,
            Database database,
            Secrets secrets,
            AuditLog audit,
            InstantSource clock,
            Ids ids,
            SecureRandom random) {
        return new KeyDesk(ring, store, database, secrets, audit, clock, ids, random);
    }

    @Bean(destroyMethod = "save")
    KeyUsage keyUsage(Database database, Secrets secrets, InstantSource clock) {
        return new KeyUsage(database, new KeyUsageStore(database), secrets, clock);
    }

    @Bean
    KeyReads keyReads(KeyStore store, KeyUsage usage, InstantSource clock) {
        return new KeyReads(store, usage, clock);
    }

    @Bean
    SchedulingConfigurer keySteps(
            Database database, KeyStore store, KeyUsage usage, SecurityEvents events, InstantSource clock) {
        var warnings = new KeyWarnings(database, store, events, clock);
        return tasks -> {
            tasks.addFixedDelayTask(usage::save, SAVE_USAGE);
            tasks.addFixedDelayTask(warnings::look, LOOK_FOR_ENDS);
        };
    }

    @Bean
    ServletRegistrationBean<KeysServlet> keysServlet(KeyDesk desk, KeyReads reads, InstantSource clock) {
        return new ServletRegistrationBean<>(new KeysServlet(desk, reads, clock), "/admin/v1/keys/*", "/v1/api-keys/*");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.scheduling.annotation.SchedulingConfigurer;

@Configuration(proxyBeanMethods = false)
class IdempotencyConfiguration {
    private static final int AFTER_THE_GATE = Ordered.HIGHEST_PRECEDENCE + 100;
    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    @Bean
    IdempotencyStore idempotencyStore(Database database, InstantSource clock) {
        var store = new IdempotencyStore(database, clock);
        store.releaseAtStart();
        return store;
    }

    @Bean
    FilterRegistrationBean<IdempotencyFilter> idempotencyFilter(
            Database database, IdempotencyStore store, Secrets secrets, Ids ids) {
        var registration = new FilterRegistrationBean<>(new IdempotencyFilter(database, store, secrets, ids));
        registration.setOrder(AFTER_THE_GATE);
        registration.addUrlPatterns("/v1/*");
        return registration;
    }

    @Bean
    SchedulingConfigurer forgetIdempotencyKeys(IdempotencyStore store) {
        return tasks -> tasks.addFixedDelayTask(store::forget, FORGET_EVERY);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub;

import io.smartmails.db.Database;
import io.smartmails.hub.queue.CounterStore;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.routing.RouteStatuses;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What readiness means: a webhook can be stored, and whoever should hear of it listens. SmartMails being away is no part of it. */
@Configuration(proxyBeanMethods = false)
class HealthConfiguration {
    private static final long COMMIT_WITHIN_SECONDS = 5;

    /** Writes and flushes for real: a started writer is not yet a working one. */
    @Bean
    HealthIndicator journalHealthIndicator(Database database) {
        return () -> {
            try {
                database.writeAsync(tx -> {
                            CounterStore.add(tx, "health-checks", 1);
                            return true;
                        })
                        .get(COMMIT_WITHIN_SECONDS, TimeUnit.SECONDS);
                return Health.up().build();
            } catch (ExecutionException | TimeoutException | RuntimeException e) {
                return Health.down(e).build();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Health.down(e).build();
            }
        };
    }

    /** Up even when it refuses new work: taking the hub out of service would not make room. */
    @Bean
    HealthIndicator roomHealthIndicator(Pressure pressure) {
        return () -> {
            Health.Builder health = Health.up().withDetail("refusing", !pressure.hasRoom());
            pressure.gauges().forEach(gauge -> health.withDetail(gauge.name(), gauge.percent() + " %"));
            return health.build();
        };
    }

    @Bean
    HealthIndicator routesHealthIndicator(RouteStatuses routes) {
        return () ->
                routes.ready() ? Health.up().build() : Health.outOfService().build();
    }
}

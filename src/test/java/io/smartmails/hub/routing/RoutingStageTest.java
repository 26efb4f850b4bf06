// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smartmails.db.Database;
import io.smartmails.hub.HubSettings;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.contact.ContactLedger;
import io.smartmails.hub.queue.CheckpointStore;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.queue.PressureSettings;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.RunStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.testkit.Databases;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The stage as the hub wires it: threads, Boot's Camel context, the shipped rules. */
class RoutingStageTest {
    @TempDir
    static Path home;

    @Test
    void whatWaitsAtTheStartMeetsTheRulesAndBecomesItems() throws Exception {
        Files.createDirectories(home.resolve("routes"));
        Files.copy(Path.of("routes/order-confirmation.yaml"), home.resolve("routes/order-confirmation.yaml"));
        Files.writeString(home.resolve("routes/broken.yaml"), "- rout:");
        try (Database database = Databases.sqlite(home, "db/hub")) {
            accept(database);
        }
        try (var hub = new SpringApplicationBuilder(Hub.class)
                .web(WebApplicationType.NONE)
                .properties("camel.main.routes-include-pattern=false", "spring.main.banner-mode=off")
                .run()) {
            var database = hub.getBean(Database.class);

            await().untilAsserted(() -> assertThat(database.read()
                            .sql("SELECT identity FROM item")
                            .query(String.class)
                            .list())
                    .containsExactly("main/order-confirmation/order-confirmation/demo-shop:5001/jane@example.com"));
            assertThat(hub.getBean(RouteStatuses.class).ready()).isTrue();

            Files.copy(Path.of("routes/shipping-notice.yaml"), home.resolve("routes/shipping-notice.yaml"));
            await().untilAsserted(
                            () -> assertThat(hub.getBean(RouteStatuses.class).list())
                                    .extracting(RouteStatus::rule)
                                    .contains("shipping-notice"));
        }
    }

    private static void accept(Database database) {
        database.write(tx -> new EnvelopeStore(database, InstantSource.system())
                .accept(
                        tx,
                        List.of(new Envelope(
                                "env_1",
                                "shopify",
                                "demo-shop",
                                "orders/paid",
                                "1",
                                Instant.parse("2026-11-24T08:00:00Z"),
                                Map.of(),
                                """
                                {"id": 5001, "name": "#1001", "email": "jane@example.com", "total_price": "1.00",
                                 "currency": "EUR", "line_items": [], "updated_at": "2026-11-24T07:59:00Z"}""".getBytes(StandardCharsets.UTF_8),
                                0))));
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(CamelAutoConfiguration.class)
    @Import(RoutingConfiguration.class)
    static class Hub {
        @Bean
        HubSettings settings() {
            return new HubSettings(home, URI.create("http://localhost:8080"));
        }

        @Bean
        InstantSource clock() {
            return InstantSource.system();
        }

        @Bean
        Ids ids(InstantSource clock) {
            return new Ids(clock, new Random());
        }

        @Bean
        RetryPolicy retry() {
            return new RetryPolicy(new Random());
        }

        @Bean(destroyMethod = "close")
        Database database() {
            return Databases.sqlite(home, "db/hub");
        }

        @Bean
        Connectors connectors(InstantSource clock) {
            return Connectors.load(Path.of("."), name -> null, clock);
        }

        @Bean
        EnvelopeStore envelopes(Database database, InstantSource clock) {
            return new EnvelopeStore(database, clock);
        }

        @Bean
        RunStore runs(Database database, InstantSource clock, Ids ids) {
            return new RunStore(database, clock, ids);
        }

        @Bean
        ItemStore items(Database database, InstantSource clock) {
            return new ItemStore(database, clock);
        }

        @Bean
        CheckpointStore checkpoints(Database database, InstantSource clock) {
            return new CheckpointStore(database, clock);
        }

        @Bean
        TimelineStore timeline(InstantSource clock, Ids ids) {
            return new TimelineStore(clock, ids);
        }

        @Bean
        ContactLedger contacts(Database database, ItemStore items, InstantSource clock, Ids ids) {
            return new ContactLedger(database, items, clock, ids);
        }

        @Bean
        Pressure pressure(Database database) {
            return new Pressure(
                    new PressureSettings(1_000, 0, 0, java.nio.file.Path.of(".")), database, (type, subject, d) -> {});
        }

        @Bean
        Wakeup translatorWakeup() {
            return new Wakeup();
        }

        @Bean
        Wakeup runnerWakeup() {
            return new Wakeup();
        }

        @Bean
        Wakeup contactWakeup() {
            return new Wakeup();
        }

        @Bean
        Wakeup senderWakeup() {
            return new Wakeup();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import static io.smartmails.hub.routing.RoutingKit.rule;
import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.queue.DeadLetter;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.Run;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.Story;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From raw receipts to events and runs, with the shipped Shopify connector. */
class TranslatorTest {
    private static final String ORDER = """
            {"id": 5001, "name": "#1001", "email": "jane@example.com", "processed_at": "2026-11-24T07:59:00Z",
             "updated_at": "2026-11-24T07:59:00Z", "total_price": "199.10", "currency": "EUR", "line_items": []}""";

    @TempDir
    Path folder;

    private RoutingKit kit;
    private Translator translator;
    private DeadLetterStore deadLetters;

    @BeforeEach
    void open() throws IOException {
        kit = new RoutingKit(folder);
        deadLetters = new DeadLetterStore(kit.database, kit.clock);
        copy(Path.of("connectors"), folder.resolve("connectors"));
        copy(Path.of("config"), folder.resolve("config"));
        kit.write("r.yaml", rule("r", "event:shopify/order.paid", "smartmails:send?template=t"));
        kit.write("all.yaml", rule("all", "event:order.*", "mock:all"));
        kit.deployer.deployAll();
        translator = translator();
    }

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void anEnvelopeBecomesAnEventWithARunPerListeningRule() {
        accept("env_1", "demo-shop", "orders/paid", ORDER);

        translator.translateDue();

        assertThat(state("env_1")).isEqualTo("translated");
        assertThat(kit.runs.waitingByRule()).isEqualTo(Map.of("all", 1L, "r", 1L));
        kit.runDue("r");
        assertThat(kit.identities()).containsExactly("main/r/t/demo-shop:5001/jane@example.com");
    }

    @Test
    void aBadPayloadIsADeadLetterWithItsCauseAndHoldsUpNobody() {
        accept("env_1", "demo-shop", "orders/paid", "{\"id\": 1");
        accept("env_2", "demo-shop", "orders/paid", ORDER);

        translator.translateDue();

        assertThat(state("env_2")).isEqualTo("translated");
        DeadLetter dead = deadLetters.list(10).get(0);
        assertThat(dead.receipt()).isEqualTo("env_1");
        assertThat(dead.cause()).contains("orders/paid");
        assertThat(kit.stories.find("env_1").orElseThrow().entries())
                .extracting(Story.Entry::what)
                .contains("dead");
    }

    @Test
    void afterMendingTheMappingAReplaySendsTheMail() throws IOException {
        Path mapping = folder.resolve("connectors/shopify/mappings/orders-paid.yaml");
        String good = Files.readString(mapping);
        Files.writeString(mapping, good.replace("currency: /currency", "currency: /money"));
        translator = translator();
        accept("env_1", "demo-shop", "orders/paid", ORDER);
        translator.translateDue();
        assertThat(deadLetters.list(10)).hasSize(1);

        Files.writeString(mapping, good);
        kit.database.write(tx -> deadLetters.replay(tx, "env_1"));
        translator.translateDue();
        kit.runDue("r");

        assertThat(state("env_1")).isEqualTo("translated");
        assertThat(kit.identities()).containsExactly("main/r/t/demo-shop:5001/jane@example.com");
    }

    @Test
    void anEnvelopeOfAConnectionThatIsGoneWaitsUntilItIsBack() throws IOException {
        Path connections = folder.resolve("config/connections.yaml");
        String all = Files.readString(connections);
        Files.writeString(connections, all.replace("demo-shop:\n", "new-shop:\n"));
        translator = translator();
        accept("env_1", "demo-shop", "orders/paid", ORDER);

        translator.translateDue();
        assertThat(state("env_1")).isEqualTo("waiting");

        Files.writeString(connections, all);
        translator = translator();
        kit.clock.advance(Duration.ofMinutes(2));
        translator.translateDue();
        assertThat(state("env_1")).isEqualTo("translated");
    }

    @Test
    void aTopicWithoutEventIsSettledAsSuch() {
        accept("env_1", "demo-shop", "app/uninstalled", "{}");

        translator.translateDue();

        assertThat(state("env_1")).isEqualTo("no-event");
    }

    @Test
    void twoHoldersOfOneLeasePublishOnce() {
        accept("env_1", "demo-shop", "orders/paid", ORDER);
        translator.translateDue();
        assertThat(kit.database.<Boolean>write(tx -> kit.envelopes.settle(tx, "env_1", true)))
                .isFalse();
    }

    @Test
    void anEventOfAnApplicationReachesTheRulesAsItCame() {
        kit.database.write(tx -> kit.envelopes.accept(
                tx,
                List.of(
                        application("evt_1", """
                                {"name":"order.shipped","contact":{"email":"jane@example.com","tags":["vip"]},
                                 "occurred_at":"2026-11-24T08:00:00+01:00","value":59.80,"currency":"EUR",
                                 "properties":{"order":{"id":1001}},"dedupe_id":"shop/1001"}"""),
                        application("evt_2", "{\"name\":\"order.shipped\",\"contact\":{\"id\":\"con_1\"}}"))));

        translator.translateDue();

        assertThat(state("evt_1")).isEqualTo("translated");
        List<Run> runs = kit.runs.claim("all", 10, Duration.ofMinutes(1));
        Event event = runs.get(0).event();
        assertThat(event.type()).isEqualTo("order.shipped");
        assertThat(event.connector()).isEqualTo("api");
        assertThat(event.subject()).isEqualTo("shop/1001");
        assertThat(event.occurredAt()).isEqualTo("2026-11-24T07:00:00Z");
        assertThat(event.contact().email()).isEqualTo("jane@example.com");
        assertThat(event.contact().tags()).containsExactly("vip");
        assertThat(event.data()).containsEntry("order", Map.of("id", 1001)).containsKey("value");
        assertThat(runs.get(1).event().contact().email()).isEqualTo("ledger@example.com");
        assertThat(runs.get(1).event().subject()).isEqualTo("evt_2");
    }

    private Envelope application(String id, String body) {
        return new Envelope(
                id,
                "api",
                "api",
                "events",
                id,
                kit.clock.instant(),
                Map.of(),
                body.getBytes(StandardCharsets.UTF_8),
                0);
    }

    private Translator translator() {
        return new Translator(
                kit.database,
                kit.envelopes,
                kit.runs,
                kit.timeline,
                Connectors.load(folder, name -> null, kit.clock),
                new ApplicationEvents(id -> Optional.of("ledger@example.com").filter(email -> id.equals("con_1"))),
                kit.rules,
                kit.retry,
                kit.clock,
                new Wakeup());
    }

    private void accept(String id, String connection, String topic, String body) {
        kit.database.write(tx -> kit.envelopes.accept(
                tx,
                List.of(new Envelope(
                        id,
                        "shopify",
                        connection,
                        topic,
                        id,
                        kit.clock.instant(),
                        Map.of(),
                        body.getBytes(StandardCharsets.UTF_8),
                        0))));
    }

    private String state(String envelope) {
        return kit.database
                .read()
                .sql("SELECT state FROM envelope WHERE id = :id")
                .param("id", envelope)
                .query(String.class)
                .single();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}

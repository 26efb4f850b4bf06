// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TranslationTest {
    private static final String FILE = "connectors/tiny/mappings/paid.yaml";
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    private Path root;

    private HomeFolder home;

    @BeforeEach
    void makeHome() {
        home = new HomeFolder(root);
    }

    private static List<Event> translate(Connection connection, String topic, String body) {
        return connection
                .connector()
                .translate(connection, topic, Map.of(), body.getBytes(StandardCharsets.UTF_8), NOW);
    }

    private Connection tiny() {
        return home.load().connection("my-tiny").orElseThrow();
    }

    private Object data(String expression, String body) {
        home.write(FILE, HomeFolder.MAPPING + "data:\n  it: " + expression + "\n");
        return translate(tiny(), "paid", body).get(0).data().get("it");
    }

    private AbstractThrowableAssert<?, ?> failure(String topic, String body) {
        return assertThatThrownBy(() -> translate(tiny(), topic, body)).isInstanceOf(PermanentFailure.class);
    }

    @Test
    void namesTopicPointerFileAndLineOfWhatIsMissing() {
        failure("paid", "{\"id\":\"1\"}")
                .hasMessageStartingWith("paid: /email is missing; needed by connectors/tiny/mappings/paid.yaml line 5")
                .hasMessageContaining("replay");
    }

    @Test
    void neverShowsAValueInAFailure() {
        home.spoil(FILE, "occurred_at: received-at", "occurred_at: /at");
        failure("paid", "{\"id\":\"1\",\"at\":\"alice@example.com\"}")
                .hasMessageContaining("not a time")
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("alice"));
        failure("paid", "{\"id\":\"1\", alice@example.com}")
                .hasMessageContaining("not valid JSON (line 1, column")
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("alice"));
    }

    @Test
    void saysWhichFileAnUnknownTopicNeeds() {
        failure("orders/edited", "{}")
                .hasMessageContaining("add connectors/tiny/mappings/orders-edited.yaml")
                .hasMessageContaining("replay");
    }

    @Test
    void aTopicCannotLeaveTheMappingsFolder() {
        home.write("connectors/tiny/outside.yaml", HomeFolder.MAPPING);
        failure("../outside", "{}").hasMessageContaining("no mapping");
        failure("..", "{}").hasMessageContaining("no mapping");
    }

    @Test
    void keepsIdsAndMoneyExact() {
        assertThat(data("/n", "{\"id\":\"1\",\"email\":\"a@example.com\",\"n\":706405506930370084}"))
                .isEqualTo(706405506930370084L);
        assertThat(data("/n", "{\"id\":\"1\",\"email\":\"a@example.com\",\"n\":98765432109876543210}"))
                .isEqualTo(new BigInteger("98765432109876543210"));
        assertThat(data("{text: /n}", "{\"id\":\"1\",\"email\":\"a@example.com\",\"n\":388.10}"))
                .isEqualTo("388.10");
    }

    @Test
    void refusesANumberThatIsMadeToFillTheMemory() {
        home.write(FILE, HomeFolder.MAPPING + "data:\n  it: {text: /n}\n");
        failure("paid", "{\"id\":\"1\",\"email\":\"a@example.com\",\"n\":1e999999999}")
                .hasMessageContaining("a number is too long");
    }

    @Test
    void refusesDuplicateKeysAndDeepNestingAsADeadLetter() {
        failure("paid", "{\"id\":\"1\",\"id\":\"2\",\"email\":\"a@example.com\"}")
                .hasMessageContaining("not valid JSON");
        failure("paid", "[".repeat(5000)).hasMessageContaining("not valid JSON");
        failure("paid", "7").hasMessageContaining("not a JSON object");
    }

    @Test
    void readsAMendedMappingWithoutARestart() throws IOException {
        var connection = tiny();
        var body = "{\"id\":\"1\",\"mail\":\"a@example.com\"}";
        assertThatThrownBy(() -> translate(connection, "paid", body)).hasMessageContaining("/email is missing");
        home.rewrite(FILE, HomeFolder.MAPPING.replace("/email", "[/email, /mail]"), NOW.plusSeconds(10));
        assertThat(translate(connection, "paid", body)).hasSize(1);
        home.rewrite(FILE, HomeFolder.MAPPING.replace("event:", "evnt:"), NOW.plusSeconds(20));
        assertThatThrownBy(() -> translate(connection, "paid", body))
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContaining(
                        "connectors/tiny/mappings/paid.yaml:1: unknown key 'evnt'; did you mean 'event'?");
        home.rewrite("connectors/tiny/mappings/new-topic.yaml", HomeFolder.MAPPING, NOW);
        assertThat(translate(connection, "new/topic", "{\"id\":\"1\",\"email\":\"a@example.com\"}"))
                .hasSize(1);
        Files.delete(root.resolve(FILE));
        assertThatThrownBy(() -> translate(connection, "paid", body)).hasMessageContaining("no mapping");
    }

    @Test
    void understandsTheTimesOfAllVendors() {
        home.spoil(FILE, "occurred_at: received-at", "occurred_at: /at");
        for (var time : List.of(
                "2026-11-23T13:00:00+01:00",
                "2026-11-23T12:00:00Z",
                "2026-11-23T12:00:00.000+0000",
                "2026-11-23T12:00:00.000000000Z")) {
            assertThat(translate(tiny(), "paid", "{\"id\":\"1\",\"email\":\"a@example.com\",\"at\":\"" + time + "\"}"))
                    .extracting(Event::occurredAt)
                    .containsExactly(NOW);
        }
    }

    @Test
    void carriesWhereTheEventCameFrom() {
        var event = translate(tiny(), "paid", "{\"id\":7,\"email\":\"a@example.com\"}")
                .get(0);
        assertThat(event.connector()).isEqualTo("tiny");
        assertThat(event.connection()).isEqualTo("my-tiny");
        assertThat(event.topic()).isEqualTo("paid");
        assertThat(event.subject()).isEqualTo("7");
        assertThat(event.contact().consent()).isNull();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.db.Database;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.testkit.Databases;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events of applications (contract 4.16). */
class EventTest {
    private static final String EVENT =
            "{\"name\":\"order.paid\",\"contact\":{\"email\":\"ada@Example.com\"},\"dedupe_id\":\"o/1\"}";

    @TempDir
    Path folder;

    private Database database;
    private ApiKit api;

    @BeforeEach
    void open() {
        database = Databases.sqlite(folder, "db/hub");
        api = new ApiKit(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private List<Envelope> claim() {
        return api.envelopes.claim(10, Duration.ofMinutes(1));
    }

    @Test
    void anEventIsJournalledOnceAndWaitsForItsTranslation() throws Exception {
        ApiKit.Answer answer = api.live("POST", "/events", EVENT);
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body().path("id").asText()).startsWith("evt_");
        ApiKit.Answer again = api.live("POST", "/events", EVENT);
        assertThat(again.body().path("id")).isEqualTo(answer.body().path("id"));
        assertThat(again.body().path("duplicate").asBoolean()).isTrue();
        List<Envelope> waiting = claim();
        assertThat(waiting).hasSize(1);
        assertThat(waiting.get(0).connection()).isEqualTo("api");
        assertThat(new String(waiting.get(0).body(), StandardCharsets.UTF_8)).contains("ada@example.com");
    }

    @Test
    void aTestKeysEventReachesNoRule() throws Exception {
        String id = api.test("POST", "/events", EVENT).body().path("id").asText();
        assertThat(claim()).isEmpty();
        assertThat(api.stories.find(id)).isPresent();
    }

    @Test
    void aBatchGivesOneResultPerEvent() throws Exception {
        JsonNode body = api.live(
                        "POST",
                        "/events/batch",
                        "{\"events\":[" + EVENT + ",{\"name\":\"Order Paid\",\"contact\":{\"id\":\"con_1\"}}," + EVENT
                                + "]}")
                .body();
        assertThat(body.path("results").findValuesAsText("status"))
                .containsExactly("accepted", "rejected", "duplicate");
        assertThat(body.path("results").path(1).path("error").path("pointer").asText())
                .isEqualTo("/events/1/name");
        assertThat(api.live("GET", "/events", null).status()).isEqualTo(299);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'contact':{'email':'a@example.com'}}|/name",
                "{'name':'order..paid','contact':{'email':'a@example.com'}}|/name",
                "{'name':'order.paid'}|/contact",
                "{'name':'order.paid','contact':{}}|/contact",
                "{'name':'order.paid','contact':{'email':'bad'}}|/contact/email",
                "{'name':'order.paid','contact':{'email':'a@example.com','shoe':1}}|/contact/shoe",
                "{'name':'order.paid','contact':{'email':'a@example.com'},'occurred_at':'2026-10-01T00:00:00Z'}|/occurred_at",
                "{'name':'order.paid','contact':{'email':'a@example.com'},'occurred_at':'2026-11-24T09:00:00Z'}|/occurred_at",
                "{'name':'order.paid','contact':{'email':'a@example.com'},'properties':[]}|/properties",
                "{'name':'order.paid','contact':{'email':'a@example.com'},'value':'much'}|/value",
                "{'name':'order.paid','contact':{'email':'a@example.com'},'currency':'eur'}|/currency",
                "{'name':'order.paid','contact':{'email':'a@example.com'},'colour':1}|/colour",
            })
    void whatIsWrongIsToldWithItsPlace(String body, String pointer) throws Exception {
        ApiKit.Answer answer = api.live("POST", "/events", body.replace('\'', '"'));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.pointer()).isEqualTo(pointer);
        assertThat(claim()).isEmpty();
    }
}

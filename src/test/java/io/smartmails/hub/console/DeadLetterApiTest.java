// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters over REST and in the console, on a real server and a real database. */
class DeadLetterApiTest {
    private static final byte[] BODY = "{\"id\": 1}".getBytes(StandardCharsets.UTF_8);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LETTERS = "/admin/v1/dead-letters";

    @TempDir
    static Path folder;

    private static ConsoleHarness hub;

    @BeforeAll
    static void start() {
        hub = new ConsoleHarness(folder);
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @BeforeEach
    void empty() {
        hub.empty();
        hub.world.audited.clear();
    }

    @Test
    void theListIsFilteredCountedAndPaged() throws Exception {
        String first = hub.deadReceipt("1", "no such field", BODY);
        hub.pass(Duration.ofSeconds(1));
        String item = hub.deadItem("2", "SmartMails rejected it: invalid_email, no address");
        hub.pass(Duration.ofSeconds(1));
        hub.deadReceipt("3", "no such field", BODY);

        JsonNode page = json(hub.get(LETTERS + "?limit=2"), 200);
        assertThat(page.path("data")).hasSize(2);
        assertThat(page.path("total").asInt()).isEqualTo(3);
        assertThat(page.at("/by_code/mapping_failed").asInt()).isEqualTo(2);
        assertThat(page.at("/by_code/invalid_email").asInt()).isEqualTo(1);
        assertThat(page.path("has_more").asBoolean()).isTrue();
        JsonNode rest = json(
                hub.get(LETTERS + "?limit=2&cursor=" + page.path("next_cursor").asText()), 200);
        assertThat(rest.path("data").findValuesAsText("id")).containsExactly(first);
        assertThat(rest.path("has_more").asBoolean()).isFalse();
        assertThat(json(hub.get(LETTERS + "?kind=item&connection=demo-shop&code=invalid_email"), 200)
                        .path("data")
                        .findValuesAsText("id"))
                .containsExactly(item);
        assertThat(json(hub.get(LETTERS + "?route=none"), 200).path("data")).isEmpty();
    }

    @Test
    void aWrongFilterIsTold() {
        problem(hub.get(LETTERS + "?kind=mail"), 400, "invalid_parameter");
        problem(hub.get(LETTERS + "?after=yesterday"), 400, "invalid_parameter");
        problem(hub.get(LETTERS + "?q=%25"), 400, "invalid_parameter");
        problem(hub.get(LETTERS + "?cursor=x"), 400, "invalid_cursor");
        problem(post(LETTERS + "/replay", "{\"colour\":1}"), 422, "unknown_field");
        problem(post(LETTERS + "/replay", "{\"preview_token\":\"rpl_none\"}"), 404, "not_found");
        problem(post(LETTERS + "/replay", "{\"force\":true}"), 422, "validation_failed");
        problem(post("/admin/v1/replays", "{}"), 422, "validation_failed");
        problem(hub.get("/admin/v1/replays/rpl_none"), 404, "not_found");
    }

    @Test
    void anEditedPayloadTakesThePlaceOfTheOneThatCame() throws Exception {
        String id = hub.deadReceipt("1", "no such field /total", BODY);
        problem(post(LETTERS + "/" + id + "/replay", "{\"payload\":{\"id\":2}}"), 422, "validation_failed");
        problem(post(LETTERS + "/" + id + "/replay", "{\"command\":{}}"), 422, "validation_failed");
        problem(post(LETTERS + "/" + id + "/replay", "{\"payload_base64\":\"?\"}"), 422, "validation_failed");
        problem(post(LETTERS + "/" + id + "/replay", "{\"force\":true}"), 422, "validation_failed");
        assertThat(json(hub.get(LETTERS + "/" + id), 200)
                        .path("mapping_failure")
                        .asText())
                .contains("/total");

        json(post(LETTERS + "/" + id + "/replay", "{\"payload\":{\"total\":10.00}}"), 202);

        assertThat(new String(hub.bodyOf(id), StandardCharsets.UTF_8)).isEqualTo("{\"total\":10.00}");
        assertThat(json(hub.get("/admin/v1/timeline/" + id), 200).findValuesAsText("what"))
                .contains("edited", "replayed");
        assertThat(hub.world.audited).hasSize(1);
        assertThat(hub.world.audited.get(0).action()).isEqualTo("dead-letter.replay");
        assertThat(hub.world.audited.get(0).toString()).contains("edited=true").doesNotContain("10.00");
    }

    @Test
    void anEditedMessageIsCheckedAndKeepsItsDedupeId() throws Exception {
        String id = hub.deadItem("1", "SmartMails rejected it: invalid_email, no address");
        String replay = LETTERS + "/" + id + "/replay";
        problem(post(replay, "{\"command\":{\"subject\":\"x\"}}"), 422, "validation_failed");
        problem(
                post(replay, "{\"command\":{\"to\":[\"ada@example.com\"],\"dedupe_id\":\"other\"}}"),
                422,
                "validation_failed");
        json(post(replay, "{\"command\":{\"to\":[\"ada@example.com\"],\"variables\":{\"n\":1.50}}}"), 202);
        assertThat(hub.payloadOfItem(id)).contains("ada@example.com", "1.50").doesNotContain("exmple");
    }

    @Test
    void aBulkReplayIsPreviewedThenDone() throws Exception {
        List<String> good = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            good.add(hub.deadReceipt("good-" + i, "no such field", "{\"total\":1}".getBytes(StandardCharsets.UTF_8)));
        }
        hub.deadReceipt("bad", "no such field", BODY);

        JsonNode preview = json(post(LETTERS + "/replay", "{\"kind\":\"envelope\"}"), 200);
        assertThat(preview.path("matched").asInt()).isEqualTo(4);
        assertThat(preview.path("will_send").asInt()).isEqualTo(3);
        assertThat(preview.path("still_failing").asInt()).isEqualTo(1);
        assertThat(preview.path("sentence").asText()).isEqualTo("Will send 3 mails, 1 row fails again as things are.");
        assertThat(json(hub.get(LETTERS), 200).path("total").asInt()).isEqualTo(4);
        hub.pass(Duration.ofSeconds(1));
        String later = hub.deadReceipt("later", "no such field", BODY);

        String go = "{\"preview_token\":\"" + preview.path("preview_token").asText() + "\"}";
        JsonNode job = json(post(LETTERS + "/replay", go), 202);
        json(post(LETTERS + "/replay", go), 202);
        await().untilAsserted(() -> {
            JsonNode now = json(hub.get("/admin/v1/replays/" + job.path("id").asText()), 200);
            assertThat(now.path("state").asText()).isEqualTo("done");
            assertThat(now.path("done").asInt()).isEqualTo(4);
            assertThat(now.path("failed").asInt()).isZero();
        });
        assertThat(json(hub.get(LETTERS), 200).path("data").findValuesAsText("id"))
                .containsExactly(later);
        assertThat(hub.world.audited).hasSize(1);
        assertThat(json(hub.get("/admin/v1/replays"), 200).path("data")).hasSize(1);
    }

    @Test
    void anOldPreviewIsNotTrusted() throws Exception {
        hub.deadReceipt("1", "no such field", BODY);
        JsonNode preview = json(post(LETTERS + "/replay", "{}"), 200);
        hub.pass(Duration.ofMinutes(61));
        problem(
                post(
                        LETTERS + "/replay",
                        "{\"preview_token\":\"" + preview.path("preview_token").asText() + "\"}"),
                409,
                "invalid_state");
    }

    @Test
    void theConsoleShowsFiltersEditsAndReplaysAll() {
        String id = hub.deadReceipt("1", "no such field /total", BODY);
        String item = hub.deadItem("2", "SmartMails rejected it: invalid_email, no address");
        String cookie = hub.logIn();
        HttpResponse<String> list = hub.get("/console/dead-letters?code=mapping_failed", "Cookie", cookie);
        assertThat(list.body())
                .contains(id, "Replay all that match", "1 dead letter")
                .doesNotContain(item);
        String csrf = "csrf=" + ConsoleHarness.csrfOf(list);
        assertThat(hub.get("/console/dead-letters/" + item, "Cookie", cookie).body())
                .contains("Edit the message", "ada@exmple.com");
        HttpResponse<String> detail = hub.get("/console/dead-letters/" + id, "Cookie", cookie);
        assertThat(detail.body()).contains("What came in", "The mapping fails", "no such field /total", "<textarea");

        assertThat(hub.postForm("/console/dead-letters/" + id + "/replay", "payload=%7B%7D", cookie)
                        .statusCode())
                .as("without the form's token")
                .isEqualTo(403);
        assertThat(hub.postForm("/console/dead-letters/" + id + "/replay", csrf + "&payload=%7B%7D", cookie)
                        .statusCode())
                .isEqualTo(422);
        assertThat(hub.postForm("/console/dead-letters/" + id + "/replay", csrf + "&force=true", cookie)
                        .statusCode())
                .isEqualTo(422);
        HttpResponse<String> preview = hub.postForm("/console/dead-letters/preview", csrf + "&kind=item&code=", cookie);
        assertThat(preview.body()).contains("Will send 1 mail.", "Replay it");
        String token = preview.body().replaceAll("(?s).*name=\"preview_token\" value=\"([^\"]+)\".*", "$1");
        HttpResponse<String> started = hub.postForm("/console/replays", csrf + "&preview_token=" + token, cookie);
        assertThat(started.headers().firstValue("Location").orElseThrow()).endsWith("/console/replays/" + token);
        await().untilAsserted(() -> assertThat(
                        hub.get("/console/replays/" + token, "Cookie", cookie).body())
                .contains("done</span>", "key_1"));
        HttpResponse<String> edited = hub.postForm(
                "/console/dead-letters/" + id + "/replay", csrf + "&payload=%7B%22total%22%3A2%7D&reason=x", cookie);
        assertThat(edited.headers().firstValue("Location").orElseThrow()).contains("/console/timeline/" + id);
    }

    @Test
    void thePressureIsTold() throws Exception {
        JsonNode pressure = json(hub.get("/admin/v1/pressure"), 200);
        assertThat(pressure.path("refusing").asBoolean()).isFalse();
        assertThat(pressure.path("gauges").isArray()).isTrue();
    }

    private static HttpResponse<String> post(String path, String json) {
        return hub.post(path, json, "Content-Type", "application/json");
    }

    private static void problem(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.body()).contains("\"code\":\"" + code + "\"");
    }

    private static JsonNode json(HttpResponse<String> response, int status) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return JSON.readTree(response.body());
    }
}

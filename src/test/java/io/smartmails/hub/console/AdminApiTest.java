// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminApiTest {
    private static final byte[] BODY = "{\"id\": 1}".getBytes(StandardCharsets.UTF_8);
    private static final ObjectMapper JSON = new ObjectMapper();

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

    @Test
    void countsAddUpOnEveryLevel() {
        hub.deliveredReceipt("counts-1");
        hub.deadReceipt("counts-2", "no such field", BODY);
        hub.receipt("counts-3", "orders/paid", BODY);

        JsonNode counts = json(hub.get("/admin/v1/counts"), 200);

        assertThat(sum(counts, "delivered", "dropped", "dead", "waiting"))
                .isEqualTo(counts.get("accepted").asLong());
        assertThat(sum(counts.get("envelopes"), "translated", "no_event", "dead", "waiting"))
                .isEqualTo(counts.at("/envelopes/accepted").asLong());
        assertThat(sum(counts.get("items"), "delivered", "dropped", "dead", "waiting"))
                .isEqualTo(counts.at("/items/accepted").asLong());
        assertThat(counts.at("/items/by_kind/send/delivered").asLong()).isPositive();
        assertThat(counts.at("/items/by_kind/contact/accepted").asLong()).isZero();
        assertThat(counts.at("/runs/accepted").isNumber()).isTrue();
        assertThat(counts.get("duplicates").isNumber()).isTrue();
        assertThat(counts.get("refused").isNumber()).isTrue();
    }

    @Test
    void aTimelineTellsTheStoryWithTheStatusOfItsMailAskedOnce() {
        String receipt = hub.deliveredReceipt("story-1");
        hub.world.messageStatus = "sent";
        hub.world.messageLookUps = 0;

        json(hub.get("/admin/v1/timeline/" + receipt), 200);
        JsonNode story = json(hub.get("/admin/v1/timeline/" + receipt), 200);

        assertThat(story.get("receipt").asText()).isEqualTo(receipt);
        assertThat(story.get("connection").asText()).isEqualTo("demo-shop");
        assertThat(story.get("topic").asText()).isEqualTo("orders/paid");
        assertThat(Instant.parse(story.get("received_at").asText())).isEqualTo(hub.world.now);
        assertThat(story.get("fate").asText()).isEqualTo("delivered");
        assertThat(story.findValuesAsText("what")).containsExactly("accepted", "queued", "delivered");
        assertThat(story.at("/messages/msg_story-1").asText()).isEqualTo("sent");
        assertThat(hub.world.messageLookUps).isEqualTo(1);
    }

    @Test
    void aStatusThatMayChangeIsAskedAgainAfterAFewSeconds() {
        String receipt = hub.deliveredReceipt("story-2");
        hub.world.messageStatus = "queued";
        json(hub.get("/admin/v1/timeline/" + receipt), 200);
        hub.world.messageStatus = "sent";

        assertThat(json(hub.get("/admin/v1/timeline/" + receipt), 200)
                        .at("/messages/msg_story-2")
                        .asText())
                .isEqualTo("queued");
        hub.pass(Duration.ofSeconds(16));
        assertThat(json(hub.get("/admin/v1/timeline/" + receipt), 200)
                        .at("/messages/msg_story-2")
                        .asText())
                .isEqualTo("sent");
    }

    @Test
    void theLatestTimelinesComeNewestFirstAndLimited() {
        hub.receipt("latest-1", "orders/paid", BODY);
        hub.pass(Duration.ofSeconds(1));
        String newest = hub.receipt("latest-2", "orders/paid", BODY);

        JsonNode data = json(hub.get("/admin/v1/timeline?limit=1"), 200).get("data");

        assertThat(data).hasSize(1);
        assertThat(data.at("/0/receipt").asText()).isEqualTo(newest);
    }

    @Test
    void aDeadLetterShowsRawPayloadHeadersCauseAndCure() {
        String id = hub.deadReceipt("dead-1", "no such field /total", BODY);

        JsonNode detail = json(hub.get("/admin/v1/dead-letters/" + id), 200);

        assertThat(detail.get("cause").asText()).isEqualTo("no such field /total");
        assertThat(detail.get("stage").asText()).isEqualTo("translation");
        assertThat(detail.get("cure").asText()).contains("connectors/shopify/mappings", "replay");
        assertThat(detail.at("/payload/encoding").asText()).isEqualTo("text");
        assertThat(detail.at("/payload/content").asText()).isEqualTo("{\"id\": 1}");
        assertThat(detail.at("/headers/x-shopify-topic").asText()).isEqualTo("orders/paid");
        assertThat(json(hub.get("/admin/v1/dead-letters?limit=500"), 200).findValuesAsText("id"))
                .contains(id);
    }

    @Test
    void aPayloadThatIsNoTextComesAsBase64() {
        String id = hub.deadReceipt("dead-2", "not JSON", new byte[] {(byte) 0xff, 0, 1});

        JsonNode payload = json(hub.get("/admin/v1/dead-letters/" + id), 200).get("payload");

        assertThat(payload.get("encoding").asText()).isEqualTo("base64");
        assertThat(payload.get("content").asText()).isEqualTo("/wAB");
        assertThat(payload.get("bytes").asInt()).isEqualTo(3);
    }

    @Test
    void aReplayPutsADeadLetterBackOnceAndSaysSoInItsStory() throws InterruptedException {
        String id = hub.deadReceipt("dead-3", "no such field", BODY);
        String replay = "/admin/v1/dead-letters/" + id + "/replay";

        JsonNode answer =
                json(hub.post(replay, "{\"reason\":\"mapping mended\"}", "Content-Type", "application/json"), 202);

        assertThat(answer.get("id").asText()).isEqualTo(id);
        assertThat(answer.get("receipt").asText()).isEqualTo(id);
        assertThat(answer.get("state").asText()).isEqualTo("waiting");
        assertThat(json(hub.get("/admin/v1/timeline/" + id), 200).toString()).contains("replayed", "mapping mended");
        hub.world.wakeup.await(Duration.ofDays(1));
        JsonNode again = problem(hub.post(replay, ""), 409, "invalid_state");
        assertThat(again.get("state").asText()).isEqualTo("waiting");
    }

    @Test
    void aReplayOfNothingIsNotFound() {
        for (String id : List.of("env_nothing", "run_nothing", "itm_nothing", "odd'id")) {
            problem(hub.post("/admin/v1/dead-letters/" + id.replace("'", "%27") + "/replay", ""), 404, "not_found");
        }
    }

    @Test
    void routesConnectionsBudgetAndInboxAreShown() {
        hub.world.routes.add(new RoutesView.Route(
                "welcome", "routes/welcome.yaml", "A rule.", "event:x", "broken", 4, "no such option", 0, null));
        hub.world.mails.add(new InboxView.Mail(
                "mail_1",
                List.of("ada@example.com"),
                "shop@example.com",
                "Your order",
                "text",
                "<p>html</p>",
                Map.of("Message-ID", "<1@example.com>"),
                hub.world.now));

        JsonNode route = json(hub.get("/admin/v1/routes"), 200).at("/data/0");
        assertThat(route.get("state").asText()).isEqualTo("broken");
        assertThat(route.get("line").asInt()).isEqualTo(4);
        assertThat(json(hub.get("/admin/v1/connections"), 200)
                        .at("/data/1/webhook")
                        .asText())
                .isEqualTo("/webhooks/demo-crm/***");
        JsonNode budget = json(hub.get("/admin/v1/budget"), 200);
        assertThat(budget.get("limit").asInt()).isEqualTo(60);
        assertThat(budget.get("free").asInt()).isEqualTo(53);
        JsonNode mail = json(hub.get("/admin/v1/inbox?to=ada@example.com"), 200).at("/data/0");
        assertThat(mail.at("/to/0").asText()).isEqualTo("ada@example.com");
        assertThat(mail.get("html").asText()).isEqualTo("<p>html</p>");
        assertThat(mail.at("/headers/Message-ID").asText()).isEqualTo("<1@example.com>");
        assertThat(Instant.parse(mail.get("at").asText())).isNotNull();
        assertThat(json(hub.get("/admin/v1/inbox?to=bob@example.com"), 200).get("data"))
                .isEmpty();
    }

    @Test
    void everyRefusalIsAProblemWithAStableCode() {
        problem(hub.get("/admin/v1/timeline/env_nothing"), 404, "not_found");
        problem(hub.get("/admin/v1/dead-letters/env_nothing"), 404, "not_found");
        problem(hub.get("/admin/v1/nothing"), 404, "unknown_endpoint");
        problem(hub.get("/admin/v1/timeline?limit=0"), 400, "invalid_parameter");
        problem(hub.get("/admin/v1/timeline?limit=1001"), 400, "invalid_parameter");
        problem(hub.get("/admin/v1/timeline?limit=many"), 400, "invalid_parameter");
        problem(hub.get("/admin/v1/counts", "Accept", "text/csv"), 406, "not_acceptable");
        HttpResponse<String> wrongMethod = hub.post("/admin/v1/counts", "");
        problem(wrongMethod, 405, "method_not_allowed");
        assertThat(wrongMethod.headers().firstValue("Allow")).hasValue("GET");
        String replay = "/admin/v1/dead-letters/env_nothing/replay";
        problem(hub.post(replay, "{", "Content-Type", "application/json"), 400, "invalid_json");
        problem(hub.post(replay, "x", "Content-Type", "text/csv"), 415, "unsupported_media_type");
    }

    private static long sum(JsonNode counts, String... names) {
        return List.of(names).stream()
                .mapToLong(name -> counts.get(name).asLong())
                .sum();
    }

    private static JsonNode problem(HttpResponse<String> response, int status, String code) {
        JsonNode problem = json(response, status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(problem.get("code").asText()).isEqualTo(code);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("detail").asText()).isNotBlank();
        return problem;
    }

    private static JsonNode json(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        try {
            return JSON.readTree(response.body());
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(response.body(), e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smartmails.testkit.Api;
import io.smartmails.testkit.HubHome;
import io.smartmails.testkit.Shop;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters, their edits and replays, and the full house, in a whole hub with its engine. */
class DeadLetterIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path home;

    private static HubProcess hub;
    private static Shop shop;
    private static Api admin;

    @BeforeAll
    static void start() {
        HubHome.create(home);
        hub = HubProcess.start(
                "--hub.home=" + home,
                "--server.port=0",
                "--engine.port=0",
                "--sandbox.port=0",
                "--smartmails.requests-per-minute=6000",
                "--engine.requests-per-minute=6000");
        shop = new Shop(hub.url());
        admin = new Api(hub.url(), hub.firstAdminKey());
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static int mails(String to) throws Exception {
        return admin.get("/admin/v1/inbox?limit=1000&to=" + to.replace("@", "%40"))
                .body()
                .path("data")
                .size();
    }

    private static String post(String topic, String eventId, byte[] body) throws Exception {
        return shop.post(topic, eventId, body)
                .headers()
                .firstValue("X-Hub-Receipt")
                .orElseThrow();
    }

    private static void awaitFate(String receipt, String fate) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(admin.get("/admin/v1/timeline/" + receipt)
                                .body()
                                .path("fate")
                                .asText())
                        .isEqualTo(fate));
    }

    private static void awaitReplay(Api.Answer started) {
        assertThat(started.status()).as(started.raw().body()).isEqualTo(202);
        String job = started.body().path("id").asText();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(admin.get("/admin/v1/replays/" + job)
                                .body()
                                .path("state")
                                .asText())
                        .isEqualTo("done"));
    }

    @Test
    void aBadPayloadIsEditedAndReplayedIntoExactlyOneMail() throws Exception {
        String receipt = post("orders/paid", "edit-1", "{\"id\": 1, \"email\"".getBytes(StandardCharsets.UTF_8));
        awaitFate(receipt, "dead");
        String replay = "/admin/v1/dead-letters/" + receipt + "/replay";
        JsonNode letter = admin.get("/admin/v1/dead-letters/" + receipt).body();
        assertThat(letter.path("code").asText()).isEqualTo("mapping_failed");
        assertThat(letter.path("mapping_failure").asText()).isNotBlank();

        Api.Answer wrong = admin.post(replay, "{\"payload\":{\"id\":2}}");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.body().path("errors").path(0).path("pointer").asText()).isEqualTo("/payload");
        String good = new String(Shop.order(7001, "ada@example.com"), StandardCharsets.UTF_8);
        Api.Answer edited = admin.post(
                replay, JSON.writeValueAsString(Map.of("payload", JSON.readTree(good), "reason", "cut off")));
        assertThat(edited.status()).as(edited.raw().body()).isEqualTo(202);
        awaitFate(receipt, "delivered");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(mails("ada@example.com")).isEqualTo(1));
        assertThat(admin.get("/admin/v1/timeline/" + receipt).raw().body()).contains("edited", "cut off");

        awaitFate(post("orders/paid", "edit-2", Shop.order(7001, "ada@example.com")), "dropped");
        assertThat(mails("ada@example.com")).isEqualTo(1);
    }

    @Test
    void aBulkPreviewSaysWhatThenHappens() throws Exception {
        Path mapping = home.resolve("connectors/shopify/mappings/orders-fulfilled.yaml");
        String good = Files.readString(mapping);
        awaitFate(post("orders/fulfilled", "bulk-0", Shop.order(7100, "bob@example.com")), "delivered");
        Files.writeString(mapping, good.replace("/id", "/no_such_field"));
        List<String> receipts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            receipts.add(post("orders/fulfilled", "bulk-again-" + i, Shop.order(7100 + i, "bob@example.com")));
        }
        receipts.forEach(receipt -> awaitFate(receipt, "dead"));
        String filter = "\"kind\":\"envelope\",\"connection\":\"demo-shop\",\"code\":\"mapping_failed\",\"q\":\"env\"";

        JsonNode failing =
                admin.post("/admin/v1/dead-letters/replay", "{" + filter + "}").body();
        assertThat(failing.path("still_failing").asInt()).isGreaterThanOrEqualTo(6);
        Files.writeString(mapping, good);
        JsonNode preview = admin.post("/admin/v1/dead-letters/replay", "{" + filter + ",\"dry_run\":true}")
                .body();
        assertThat(preview.path("will_send").asInt()).as(preview.toString()).isEqualTo(5);
        assertThat(preview.path("already_mailed").asInt()).isEqualTo(1);
        assertThat(preview.path("sentence").asText())
                .startsWith("Will send 5 mails, 1 was mailed already and is not mailed again");
        assertThat(mails("bob@example.com")).isEqualTo(1);

        awaitReplay(admin.post(
                "/admin/v1/dead-letters/replay",
                "{\"preview_token\":\"" + preview.path("preview_token").asText() + "\"}"));
        awaitFate(receipts.get(0), "dropped");
        for (String receipt : receipts.subList(1, 6)) {
            awaitFate(receipt, "delivered");
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(mails("bob@example.com")).isEqualTo(6));
    }

    @Test
    void aReplayOfASentThingMailsNothingAndAForcedOneMailsAgain() throws Exception {
        String receipt = post("orders/paid", "again-1", Shop.order(7200, "carl@example.com"));
        awaitFate(receipt, "delivered");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(mails("carl@example.com")).isEqualTo(1));

        JsonNode preview = admin.post("/admin/v1/replays", "{\"event\":\"" + receipt + "\"}")
                .body();
        assertThat(preview.path("will_send").asInt()).isZero();
        assertThat(preview.path("already_mailed").asInt()).isEqualTo(1);
        awaitReplay(admin.post("/admin/v1/replays", "{\"event\":\"" + receipt + "\",\"dry_run\":false}"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                admin.get("/admin/v1/timeline/" + receipt).raw().body())
                        .contains("already-mailed"));
        assertThat(mails("carl@example.com")).isEqualTo(1);

        Api.Answer unexplained = admin.post("/admin/v1/replays", "{\"event\":\"" + receipt + "\",\"force\":true}");
        assertThat(unexplained.status()).isEqualTo(422);
        awaitReplay(admin.post(
                "/admin/v1/replays",
                "{\"event\":\"" + receipt + "\",\"force\":true,\"reason\":\"wrong template\",\"dry_run\":false}"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(mails("carl@example.com")).isEqualTo(2));
        assertThat(admin.get("/admin/v1/timeline/" + receipt).raw().body()).contains("wrong template");
        assertThat(admin.post("/admin/v1/replays", "{\"event\":\"evt_nothing\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void pastTheMarkTheDoorIsShutAndOpensAgain(@TempDir Path other) throws Exception {
        HubHome.create(other);
        try (HubProcess small = HubProcess.start(
                "--hub.home=" + other,
                "--server.port=0",
                "--engine.port=0",
                "--sandbox.port=0",
                "--hub.pressure.max-waiting=3",
                "--engine.chaos.latency-ms=2000",
                "--smartmails.requests-per-minute=6000",
                "--engine.requests-per-minute=6000")) {
            var keyed = new Api(small.url(), small.firstAdminKey());
            var door = new Shop(small.url());
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
                String message = "{\"to\":[\"dora@example.com\"],\"subject\":\"x\",\"text\":\"y\"}";
                Api.Answer answer = keyed.post("/v1/messages", message);
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.body().path("code").asText()).isEqualTo("overloaded");
                assertThat(answer.raw().headers().firstValue("Retry-After")).isPresent();
            });
            var refused = door.post("orders/paid", "full-1", Shop.order(1, "dora@example.com"));
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(keyed.get("/admin/v1/pressure").body().path("refusing").asBoolean())
                    .isTrue();
            assertThat(keyed.get("/actuator/health/pressure").raw().body()).contains("queue");
            assertThat(new Api(small.url(), null)
                            .get("/actuator/health/readiness")
                            .status())
                    .isEqualTo(200);
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(500))
                    .untilAsserted(() -> assertThat(
                                    door.post("orders/paid", "full-1", Shop.order(1, "dora@example.com"))
                                            .statusCode())
                            .isEqualTo(200));
        }
    }
}

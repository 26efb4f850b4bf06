// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smartmails.engine.RunningEngine.Answer;
import io.smartmails.engine.RunningEngine.StandingNanos;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineRestartTest {
    @TempDir
    Path data;

    @Test
    void refusesTheSixtyFirstCallAndSaysWhenTheNextMayCome() {
        String other = RunningEngine.newKey();
        RunningEngine.start(data, other).close();
        try (var engine = RunningEngine.startWithStandingWindows(data, RunningEngine.newKey())) {
            for (int i = 1; i <= 60; i++) {
                Answer answer = engine.get("/ping");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header("X-RateLimit-Remaining")).isEqualTo(Integer.toString(60 - i));
                StandingNanos.NOW.addAndGet(500_000_000L);
            }
            Answer refused = engine.get("/ping");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.code()).isEqualTo("rate_limited");
            assertThat(refused.header("Retry-After")).isEqualTo("30");
            assertThat(refused.header("RateLimit")).isEqualTo("\"minute\";r=0;t=30");
            assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"minute\";q=60;w=60");
            assertThat(engine.send("GET", "/v1/status", null).status()).isEqualTo(200);
            assertThat(engine.send("GET", "/v1/ping", null, "Authorization", "Bearer " + other)
                            .status())
                    .as("another key is not affected")
                    .isEqualTo(200);

            StandingNanos.NOW.addAndGet(29_999_999_999L);
            assertThat(engine.get("/ping").status()).isEqualTo(429);
            StandingNanos.NOW.addAndGet(1);
            assertThat(engine.get("/ping").status()).isEqualTo(200);
            assertThat(engine.get("/ping").status()).isEqualTo(429);

            for (int i = 0; i < 20; i++) {
                assertThat(engine.send("GET", "/v1/ping", null).status()).isEqualTo(401);
            }
            assertThat(engine.send("GET", "/v1/ping", null).status())
                    .as("guessing is slowed down")
                    .isEqualTo(429);
            assertThat(engine.send("GET", "/v1/ping", null, "Authorization", "Bearer " + other)
                            .status())
                    .as("and does not lock a good key out")
                    .isEqualTo(200);
        }
    }

    @Test
    void deliversAfterARestartWhatItAcceptedBefore() throws IOException {
        String key = RunningEngine.newKey();
        String message = "{\"to\":[\"kept@example.com\"],\"subject\":\"s\",\"text\":\"t\",\"dedupe_id\":\"kept\"}";
        int closedPort;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = probe.getLocalPort();
        }
        String id;
        try (var engine =
                RunningEngine.start(data, key, "engine.smtp.host=127.0.0.1", "engine.smtp.port=" + closedPort)) {
            id = engine.post("/messages", message).json().get("id").asString();
            await().until(() -> engine.get("/messages/" + id)
                    .json()
                    .get("status")
                    .asString()
                    .equals("deferred"));
            assertThat(engine.get("/inbox").status())
                    .as("no inbox without capture")
                    .isEqualTo(404);
        }
        try (var engine = RunningEngine.start(data, key)) {
            assertThat(engine.post("/messages", message).json().get("duplicate").booleanValue())
                    .isTrue();
            await().until(() -> engine.inbox("kept@example.com").size() == 1);
            await().until(() -> engine.get("/messages/" + id)
                    .json()
                    .get("status")
                    .asString()
                    .equals("delivered"));
        }
    }

    @Test
    void relaysToTheServerItIsGivenAndKeepsTestMailAtHome() throws IOException {
        Path elsewhere = data.resolve("relay");
        try (var relay = io.smartmails.engine.capture.CaptureForTests.start(elsewhere);
                var engine = RunningEngine.start(
                        data,
                        RunningEngine.newKey(),
                        "engine.smtp.host=127.0.0.1",
                        "engine.smtp.port=" + relay.port())) {
            String id = engine.post("/messages", "{\"to\":[\"out@example.com\"],\"subject\":\"s\",\"text\":\"t\"}")
                    .json()
                    .get("id")
                    .asString();
            await().until(() -> engine.get("/messages/" + id)
                    .json()
                    .get("status")
                    .asString()
                    .equals("sent"));
            assertThat(relay.total()).isEqualTo(1);
            engine.post("/messages", """
                    {"to":["out@example.com"],"subject":"s","text":"t","sandbox":true,"dedupe_id":"sandbox"}""");
            await().until(() -> engine.get("/messages?dedupe_id=sandbox")
                    .json()
                    .get("data")
                    .get(0)
                    .get("status")
                    .asString()
                    .equals("delivered"));
            assertThat(relay.total()).isEqualTo(1);
        }
    }

    @Test
    void losesAnswersOnPurposeAfterTheWorkWasDone() {
        String key = RunningEngine.newKey();
        String message = "{\"to\":[\"lost@example.com\"],\"subject\":\"s\",\"text\":\"t\",\"dedupe_id\":\"lost\"}";
        try (var engine = RunningEngine.start(data, key, "engine.chaos.drop-after-accept=1")) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> engine.post("/messages", message))
                    .isInstanceOf(java.io.UncheckedIOException.class);
        }
        try (var engine = RunningEngine.start(data, key, "engine.chaos.latency-ms=1")) {
            assertThat(engine.post("/messages", message).json().get("duplicate").booleanValue())
                    .isTrue();
        }
        try (var engine = RunningEngine.start(data, key, "engine.chaos.error-rate=1")) {
            assertThat(engine.post("/messages", message).status()).isEqualTo(500);
        }
    }
}

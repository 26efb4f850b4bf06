// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smartmails.testkit.Api;
import io.smartmails.testkit.HubHome;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application's day with a whole hub: a batch, an event, repeats under an Idempotency-Key, a restart in between. */
class ApplicationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path home;

    private HubProcess start() {
        return HubProcess.start(
                "--hub.home=" + home,
                "--server.port=0",
                "--engine.port=0",
                "--sandbox.port=0",
                "--smartmails.requests-per-minute=6000",
                "--engine.requests-per-minute=6000");
    }

    private static HttpResponse<String> post(
            HubProcess hub, String key, String path, String idempotencyKey, String body) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(hub.url() + "/v1" + path))
                                .header("Authorization", "Bearer " + key)
                                .header("Content-Type", "application/json")
                                .header("Idempotency-Key", idempotencyKey)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static int mails(Api admin, String to) throws Exception {
        return admin.get("/admin/v1/inbox?limit=1000&to=" + to.replace("@", "%40"))
                .body()
                .path("data")
                .size();
    }

    @Test
    void batchesEventsAndRepeatsOverARestart() throws Exception {
        HubHome.create(home);
        Files.writeString(home.resolve("routes/shipped.yaml"), """
                # Who is told of a shipment gets a mail.
                - route:
                    id: shipped
                    from:
                      uri: event:order.shipped
                      steps:
                        - to: smartmails:send?template=order-confirmation
                """);
        String key;
        String adminKey;
        String batch = IntStream.range(0, 300)
                .mapToObj(i -> "{\"to\":[\"batch@example.com\"],\"variables\":{\"n\":" + i + "},\"dedupe_id\":\"b/" + i
                        + "\"}")
                .collect(Collectors.joining(
                        ",", "{\"defaults\":{\"subject\":\"Hello\",\"text\":\"Number {{ n }}\"},\"messages\":[", "]}"));
        String accepted;
        try (HubProcess hub = start()) {
            adminKey = hub.firstAdminKey();
            var admin = new Api(hub.url(), adminKey);
            key = admin.post("/admin/v1/keys", "{\"name\":\"app\",\"preset\":\"admin\",\"requests_per_minute\":1000}")
                    .body()
                    .path("key")
                    .asText();
            HttpResponse<String> first = post(hub, key, "/messages/batch", "day-1", batch);
            assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
            accepted = first.body();
            assertThat(JSON.readTree(accepted).path("accepted").asInt()).isEqualTo(300);
            HttpResponse<String> again = post(hub, key, "/messages/batch", "day-1", batch);
            assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
            assertThat(again.body()).isEqualTo(accepted);
            HttpResponse<String> other = post(hub, key, "/messages/batch", "day-1", batch.replace("Hello", "Bye"));
            assertThat(other.statusCode()).isEqualTo(422);
            assertThat(other.body()).contains("idempotency_mismatch");
            assertThat(new Api(hub.url(), key).post("/v1/events", """
                                    {"name":"order.shipped","contact":{"email":"event@example.com"},
                                     "properties":{"order":{"name":"#1"}}}""").status()).isEqualTo(202);
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(mails(admin, "batch@example.com")).isEqualTo(300);
                assertThat(mails(admin, "event@example.com")).isEqualTo(1);
            });
        }
        try (HubProcess hub = start()) {
            HttpResponse<String> again = post(hub, key, "/messages/batch", "day-1", batch);
            assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
            assertThat(again.body()).isEqualTo(accepted);
            HttpResponse<String> otherKey = post(hub, key, "/messages/batch", "day-2", batch);
            assertThat(JSON.readTree(otherKey.body()).path("duplicates").asInt())
                    .isEqualTo(300);
            JsonNode first = JSON.readTree(accepted);
            JsonNode message = new Api(hub.url(), key)
                    .get("/v1/messages/"
                            + first.path("results").path(7).path("id").asText() + "?include=events")
                    .body();
            assertThat(message.path("status").asText()).isEqualTo("sent");
            assertThat(message.path("dedupe_id").asText()).isEqualTo("b/7");
            assertThat(new Api(hub.url(), key)
                            .get("/v1/message-batches/" + first.path("batch_id").asText())
                            .body()
                            .path("counts")
                            .path("sent")
                            .asInt())
                    .isEqualTo(300);
            assertThat(mails(new Api(hub.url(), adminKey), "batch@example.com")).isEqualTo(300);
        }
    }
}

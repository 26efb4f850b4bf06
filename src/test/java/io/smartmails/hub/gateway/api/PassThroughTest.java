// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smartmails.testkit.Api;
import io.smartmails.testkit.FakeSmartMails;
import io.smartmails.testkit.FakeSmartMails.Mishap;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PassThroughTest {
    private static final String PROBLEM =
            "{\"type\":\"t\",\"title\":\"x\",\"status\":418,\"code\":\"%s\",\"detail\":\"d\","
                    + "\"instance\":\"/elsewhere\",\"request_id\":\"req_of_the_upstream\",\"retryable\":false}";

    private final HttpClient http = HttpClient.newHttpClient();
    private ApiKit kit;
    private Api api;

    @BeforeEach
    void start(@TempDir Path folder) {
        kit = new ApiKit(folder).start();
        api = kit.as("all");
        kit.smartMails.serve("GET /templates", 200, Map.of("ETag", "\"7\""), "{\"data\":[]}");
        kit.smartMails.serve("GET /templates/welcome", 200, Map.of("ETag", "\"7\""), "{\"alias\":\"welcome\"}");
        kit.smartMails.serve("PUT /templates/welcome", 200, Map.of("ETag", "\"8\""), "{\"alias\":\"welcome\"}");
    }

    @AfterEach
    void stop() {
        kit.close();
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return http.send(request(method, path, body, headers), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(kit.url() + path))
                .header("Authorization", "Bearer all")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.build();
    }

    @Test
    void aReadIsAnsweredBySmartMailsUnderTheAccountsKeyAndNothingElseOfTheCallerGoesAlong() throws Exception {
        HttpResponse<String> answer =
                send("GET", "/v1/templates?limit=2", null, "Cookie", "secret=1", "X-Forwarded-For", "10.0.0.1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"data\":[]}");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("private");
        assertThat(answer.headers().firstValue("Age")).contains("0");
        var head = kit.smartMails.heads().get(0);
        assertThat(head.getFirst("Authorization")).isEqualTo("Bearer " + FakeSmartMails.KEY);
        assertThat(head.getFirst("X-Request-Id")).isEqualTo("req_of_the_hub");
        assertThat(head.keySet()).doesNotContain("Cookie", "X-forwarded-for");
    }

    @Test
    void equalReadsAreOneRequestForFiveSecondsAndTellTheirAge() throws Exception {
        send("GET", "/v1/templates", null);
        kit.clock.advance(Duration.ofSeconds(4));
        assertThat(send("GET", "/v1/templates", null).headers().firstValue("Age"))
                .contains("4");
        assertThat(kit.smartMails.requests()).hasSize(1);
        send("GET", "/v1/templates?limit=3", null);
        assertThat(kit.smartMails.requests()).hasSize(2);
        kit.clock.advance(Duration.ofSeconds(2));
        send("GET", "/v1/templates", null);
        assertThat(kit.smartMails.requests()).hasSize(3);
        send("GET", "/v1/templates", null, "Cache-Control", "no-cache");
        assertThat(kit.smartMails.requests()).hasSize(4);
    }

    @Test
    void aHundredParallelEqualReadsAreOneRequest() throws Exception {
        var ready = new CountDownLatch(1);
        kit.smartMails.during(() -> {
            try {
                ready.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(http.sendAsync(request("GET", "/v1/templates", null), HttpResponse.BodyHandlers.ofString()));
        }
        await().until(() -> !kit.smartMails.requests().isEmpty());
        ready.countDown();

        for (var answer : answers) {
            assertThat(answer.get().statusCode()).isEqualTo(200);
        }
        assertThat(kit.smartMails.requests()).hasSize(1);
    }

    @Test
    void aWriteIsSeenByTheNextRead() throws Exception {
        send("GET", "/v1/templates/welcome", null);
        HttpResponse<String> written = send("PUT", "/v1/templates/welcome", "{\"name\":\"W\"}", "If-Match", "\"7\"");
        assertThat(written.statusCode()).isEqualTo(200);
        assertThat(written.headers().firstValue("ETag")).contains("\"8\"");
        assertThat(kit.smartMails.heads().get(1).getFirst("If-Match")).isEqualTo("\"7\"");
        send("GET", "/v1/templates/welcome", null);
        assertThat(kit.smartMails.requests())
                .containsExactly("GET /templates/welcome", "PUT /templates/welcome", "GET /templates/welcome");
    }

    @Test
    void whoHasTheNewestAlreadyGetsNoBody() throws Exception {
        HttpResponse<String> answer = send("GET", "/v1/templates", null, "If-None-Match", "\"6\", W/\"7\"");
        assertThat(answer.statusCode()).isEqualTo(304);
        assertThat(answer.body()).isEmpty();
        assertThat(send("GET", "/v1/templates", null, "If-None-Match", "\"6\"").statusCode())
                .isEqualTo(200);
        HttpResponse<String> head = send("HEAD", "/v1/templates", null);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length")).contains("11");
    }

    @Test
    void aMissingScopeIsNamedAndCostsNothing() throws Exception {
        Api.Answer answer = kit.as("templates:read").send("PUT", "/v1/templates/welcome", "{}");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body().path("required_scope").asText()).isEqualTo("templates:write");
        assertThat(kit.smartMails.requests()).isEmpty();
    }

    @Test
    void unknownPathsAndMethodsNeverReachSmartMails() throws Exception {
        assertThat(api.get("/v1/templates/a/b/c").body().path("code").asText()).isEqualTo("unknown_endpoint");
        Api.Answer wrong = api.send("PATCH", "/v1/templates/welcome", "{}");
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.raw().headers().firstValue("Allow")).contains("DELETE, GET, PUT");
        assertThat(kit.smartMails.requests()).isEmpty();
    }

    @Test
    void thePathIsMadeAnewSoThatNothingHidesInIt() throws Exception {
        kit.smartMails.serve("GET /templates/a b;c", 200, Map.of(), "{}");
        assertThat(send("GET", "/v1/templates/a%20b%3Bc;x=1", null).statusCode())
                .isEqualTo(200);
        assertThat(kit.smartMails.requests()).containsExactly("GET /templates/a b;c");
    }

    @Test
    void aBodyThatIsNotJsonOrTooLargeDoesNotLeave() throws Exception {
        assertThat(api.send("PUT", "/v1/templates/welcome", "{\"a\":1,}")
                        .body()
                        .path("code")
                        .asText())
                .isEqualTo("invalid_json");
        assertThat(send("PUT", "/v1/templates/welcome", "{}", "Content-Encoding", "br")
                        .statusCode())
                .isEqualTo(415);
        Api.Answer large = api.send("PUT", "/v1/templates/welcome", "\"" + "x".repeat(4 * 1024 * 1024) + "\"");
        assertThat(large.status()).isEqualTo(413);
        assertThat(large.body().path("max_bytes").asInt()).isEqualTo(4 * 1024 * 1024);
        assertThat(kit.smartMails.requests()).isEmpty();
    }

    @Test
    void aProblemOfSmartMailsIsToldAsTheHubs() throws Exception {
        kit.smartMails.serve("PUT /templates/welcome", 412, Map.of(), PROBLEM.formatted("precondition_failed"));
        Api.Answer answer = api.send("PUT", "/v1/templates/welcome", "{}");
        assertThat(answer.status()).isEqualTo(412);
        assertThat(answer.raw().headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body().path("code").asText()).isEqualTo("precondition_failed");
        assertThat(answer.body().path("request_id").asText()).isEqualTo("req_of_the_hub");
        assertThat(answer.body().path("instance").asText()).isEqualTo("/v1/templates/welcome");
        assertThat(answer.body().path("status").asInt()).isEqualTo(412);
    }

    @Test
    void whatIsNotThereIsNotCached() throws Exception {
        kit.smartMails.serve("GET /templates/new", 404, Map.of(), PROBLEM.formatted("not_found"));
        assertThat(api.get("/v1/templates/new").status()).isEqualTo(404);
        kit.smartMails.serve("GET /templates/new", 200, Map.of(), "{}");
        assertThat(api.get("/v1/templates/new").status()).isEqualTo(200);
    }

    @Test
    void theHubsOwnTroublesWithSmartMailsAreNeverTheCallers() throws Exception {
        kit.smartMails.acceptOnly("sml_another");
        Api.Answer key = api.get("/v1/templates");
        assertThat(key.status()).isEqualTo(502);
        assertThat(key.body().path("code").asText()).isEqualTo("upstream_error");
        assertThat(key.body().path("upstream_status").asInt()).isEqualTo(401);
        assertThat(key.raw().headers().firstValue("WWW-Authenticate")).isEmpty();
        kit.smartMails.acceptOnly(FakeSmartMails.KEY);

        kit.smartMails.serve("GET /templates", 403, Map.of(), PROBLEM.formatted("missing_scope"));
        assertThat(api.get("/v1/templates").status()).isEqualTo(502);
        kit.smartMails.serve("GET /templates", 403, Map.of(), PROBLEM.formatted("account_suspended"));
        assertThat(api.get("/v1/templates").status()).isEqualTo(403);
    }

    @Test
    void answersThatAreNoAnswersAre502() throws Exception {
        for (Mishap mishap : List.of(Mishap.GARBAGE, Mishap.REDIRECT, Mishap.LOSE_ANSWER, Mishap.FAIL_AFTER_WORK)) {
            kit.smartMails.next(mishap);
            // a lost answer to a read is asked for once more by the client itself
            Api.Answer answer = mishap == Mishap.LOSE_ANSWER
                    ? api.send("PUT", "/v1/templates/welcome", "{}")
                    : api.get("/v1/templates");
            assertThat(answer.status()).as(mishap.name()).isEqualTo(502);
            assertThat(answer.body().path("code").asText()).isEqualTo("upstream_error");
            assertThat(answer.body().path("retryable").asBoolean()).isTrue();
        }
        kit.smartMails.serve("GET /templates", 200, Map.of(), "{\"echo\":\"" + FakeSmartMails.KEY + "\"}");
        Api.Answer echo = api.get("/v1/templates");
        assertThat(echo.status()).isEqualTo(502);
        assertThat(echo.raw().body()).doesNotContain(FakeSmartMails.KEY);
    }

    @Test
    void anAnswerThatTakesTooLongIs504() throws Exception {
        var never = new CountDownLatch(1);
        kit.smartMails.during(() -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Api.Answer answer = api.get("/v1/templates");
        never.countDown();
        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.body().path("code").asText()).isEqualTo("upstream_timeout");
        assertThat(kit.lane.closed.get()).isEqualTo(1);
    }

    @Test
    void aSmartMailsThatIsNotThereIs502() throws Exception {
        kit.smartMails.close();
        Api.Answer answer = api.get("/v1/templates");
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body().path("detail").asText()).contains("nothing was done");
    }

    @Test
    void withoutBudgetTheAnswerIs503WithTheSecondsToWait() throws Exception {
        kit.lane.left.set(0);
        kit.lane.next = Duration.ofMillis(29_001);
        Api.Answer answer = api.get("/v1/templates");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body().path("code").asText()).isEqualTo("overloaded");
        assertThat(answer.raw().headers().firstValue("Retry-After")).contains("30");
        assertThat(kit.smartMails.requests()).isEmpty();
        kit.lane.left.set(1);
        assertThat(api.get("/v1/templates").status()).isEqualTo(200);
    }

    @Test
    void aCallWaitsForATokenThatComesSoon() throws Exception {
        kit.lane.left.set(0);
        kit.lane.next = Duration.ofMillis(30);
        var answer = http.sendAsync(request("GET", "/v1/templates", null), HttpResponse.BodyHandlers.ofString());
        kit.lane.left.set(1);
        assertThat(answer.get().statusCode()).isEqualTo(200);
    }

    @Test
    void a429OfSmartMailsStopsTheBudgetAndIsNotTheCallersFault() throws Exception {
        kit.smartMails.next(Mishap.THROTTLE);
        Api.Answer answer = api.get("/v1/templates");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.raw().headers().firstValue("Retry-After")).contains("20");
        assertThat(kit.lane.throttled).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void aTestKeyReadsButWritesNothing() throws Exception {
        Api test = kit.as("test,all");
        assertThat(test.get("/v1/templates").status()).isEqualTo(200);
        Api.Answer write = test.send("PUT", "/v1/templates/welcome", "{}");
        assertThat(write.status()).isEqualTo(403);
        assertThat(write.body().path("code").asText()).isEqualTo("test_key");
        assertThat(kit.smartMails.requests()).containsExactly("GET /templates");
        assertThat(test.get("/v1/ping").body().path("mode").asText()).isEqualTo("test");
    }

    @Test
    void theAccountShowsWhatHoldsForTheCaller() throws Exception {
        kit.smartMails.serve(
                "GET /account",
                200,
                Map.of(),
                "{\"mode\":\"live\",\"capabilities\":[\"lists\",\"batch\"],\"limits\":{\"requests_per_minute\":60}}");
        Api.Answer account = kit.as("test,all").get("/v1/account");
        assertThat(account.body().path("mode").asText()).isEqualTo("test");
        assertThat(account.body().path("limits").path("requests_per_minute").asInt())
                .isEqualTo(1234);
        assertThat(account.body().path("capabilities").toString()).isEqualTo("[\"lists\"]");
        assertThat(api.get("/v1/account").body().path("mode").asText()).isEqualTo("live");
        assertThat(kit.smartMails.requests()).hasSize(1);
    }

    @Test
    void idempotencyKeysOfTwoApplicationsAreTwoKeys() throws Exception {
        kit.smartMails.serve("POST /templates/welcome/publish", 200, Map.of(), "{}");
        send("POST", "/v1/templates/welcome/publish", "{}", "Idempotency-Key", "k1");
        send("POST", "/v1/templates/welcome/publish", "{}", "Idempotency-Key", "k1");
        HttpRequest other = HttpRequest.newBuilder(URI.create(kit.url() + "/v1/templates/welcome/publish"))
                .header("Authorization", "Bearer other")
                .header("Idempotency-Key", "k1")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        http.send(other, HttpResponse.BodyHandlers.ofString());
        List<String> keys = kit.smartMails.heads().stream()
                .map(head -> head.getFirst("Idempotency-Key"))
                .toList();
        assertThat(keys.get(0)).isEqualTo(keys.get(1)).isNotEqualTo("k1").isNotEqualTo(keys.get(2));
    }

    @Test
    void listsAndContactsAreNamedAsSmartMailsKnowsThem() throws Exception {
        kit.smartMails.serve(
                "POST /campaigns", 201, Map.of(), "{\"audience\":{\"list_ids\":[\"L-7\"]},\"text\":\"L-7 is it\"}");
        String list = kit.database.write(tx -> kit.lists.save(tx, null, "Readers", Map.of()));
        String body = "{\"audience\":{\"list_ids\":[\"" + list + "\"]},\"text\":\"" + list + " is it\"}";
        Api.Answer early = kit.as("campaigns:write").post("/v1/campaigns", body);
        assertThat(early.status()).isEqualTo(409);
        assertThat(early.body().path("state").asText()).isEqualTo("syncing");
        assertThat(kit.smartMails.requests()).isEmpty();

        kit.ledger.learnLists(Map.of("Readers", "L-7"));
        Api.Answer made = kit.as("campaigns:write").post("/v1/campaigns", body);
        assertThat(made.status()).isEqualTo(201);
        assertThat(kit.smartMails.bodies().get(0).toString())
                .isEqualTo("{\"audience\":{\"list_ids\":[\"L-7\"]},\"text\":\"" + list + " is it\"}");
        assertThat(made.body().at("/audience/list_ids/0").asText()).isEqualTo(list);
        assertThat(made.body().path("text").asText()).isEqualTo("L-7 is it");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.testkit.Api;
import io.smartmails.testkit.Description;
import io.smartmails.testkit.HubHome;
import io.smartmails.testkit.Variants;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The hub does what {@code /openapi.json} says: every operation is called with its example, bodies made wrong in one place
 * are refused where the description refuses them and taken where it takes them, and every answer is as described.
 */
class ApiDescriptionIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AtomicInteger NEXT = new AtomicInteger();

    @TempDir
    static Path home;

    private static HubProcess hub;
    private static Api api;
    private static Api stranger;
    private static Description description;

    @BeforeAll
    static void start() throws Exception {
        HubHome.create(home);
        hub = HubProcess.start(
                "--hub.home=" + home,
                "--server.port=0",
                "--engine.port=0",
                "--sandbox.port=0",
                "--hub.alerts.allow-private-targets=true",
                "--hub.gateway.wrong-keys-per-minute=1000",
                "--smartmails.requests-per-minute=6000",
                "--engine.requests-per-minute=6000");
        String key = new Api(hub.url(), hub.firstAdminKey())
                .post("/admin/v1/keys", "{\"name\":\"describer\",\"preset\":\"admin\",\"requests_per_minute\":100000}")
                .body()
                .path("key")
                .asText();
        api = new Api(hub.url(), key);
        stranger = new Api(hub.url(), null);
        description = new Description(stranger.get("/openapi.json").body());
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void thePageShowsEveryOperationWithoutScriptOrForeignContent() throws Exception {
        HttpResponse<String> page = stranger.get("/docs/api").raw();
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body())
                .doesNotContain("<script")
                .doesNotContain("src=\"http")
                .doesNotContain("href=\"http");
        for (Description.Operation operation : description.operations()) {
            assertThat(page.body())
                    .contains(operation.node().path("operationId").asText());
        }
        assertThat(stranger.get("/docs/api.css").status()).isEqualTo(200);
    }

    @Test
    void everyOperationNeedsAKeyAndHasANameOfItsOwn() throws Exception {
        assertThat(description.operations())
                .extracting(operation -> operation.node().path("operationId").asText())
                .doesNotHaveDuplicates();
        for (Description.Operation operation : description.operations()) {
            Api.Answer answer = stranger.send(operation.method(), filled(operation.path(), "x"), null);
            assertThat(answer.status()).as(operation.toString()).isEqualTo(401);
            assertDescribed(operation, answer);
        }
    }

    @TestFactory
    Stream<DynamicTest> everyOperationAnswersAsDescribed() {
        return description.operations().stream()
                .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> callWithExample(operation)));
    }

    private static void callWithExample(Description.Operation operation) throws Exception {
        String path = filled(operation.path(), idFor(operation.path()));
        JsonNode example = operation.example();
        if (!example.isMissingNode()) {
            assertThat(description.faults(operation.bodySchema(), example)).isEmpty();
        }
        boolean hasBody = !operation.bodySchema().isMissingNode();
        String body = hasBody ? example.isMissingNode() ? "{}" : fresh(example) : null;
        Api.Answer answer = api.send(operation.method(), path, body);
        assertThat(answer.body().path("code").asText())
                .as("is there: " + answer.raw().body())
                .isNotIn(operation.isPassedThrough() ? List.of() : List.of("unknown_endpoint"));
        assertDescribed(operation, answer);
        if (!operation.isPassedThrough() && !operation.path().contains("security-alerts/{id}")) {
            assertThat(answer.status()).as(answer.raw().body()).isLessThan(300);
        }
    }

    @TestFactory
    Stream<DynamicTest> bodiesAreTakenAndRefusedAsDescribed() {
        return description.operations().stream()
                .filter(operation -> operation.path().startsWith("/v1/") && !operation.isPassedThrough())
                .filter(operation -> operation.example() instanceof ObjectNode)
                .filter(operation -> !description
                        .resolve(operation.bodySchema())
                        .path("additionalProperties")
                        .asBoolean(true))
                .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> callWithVariants(operation)));
    }

    private static void callWithVariants(Description.Operation operation) throws Exception {
        JsonNode schema = description.resolve(operation.bodySchema());
        Map<String, ObjectNode> variants = Variants.of(description, schema, (ObjectNode) operation.example());
        for (Map.Entry<String, ObjectNode> variant : variants.entrySet()) {
            String path = filled(operation.path(), idFor(operation.path()));
            ObjectNode body = variant.getValue();
            List<String> faults = description.faults(operation.bodySchema(), body);
            Api.Answer answer = api.send(operation.method(), path, body.toString());
            String said = variant.getKey() + ", description: " + faults + ", hub: " + answer.status() + " "
                    + answer.raw().body();
            assertDescribed(operation, answer);
            if (!faults.isEmpty()) {
                assertThat(answer.status()).as(said).isEqualTo(422);
                assertThat(answer.body().path("errors")).as(said).isNotEmpty();
            } else if (!stricterThanASchemaCanSay(answer)) {
                assertThat(answer.status()).as(said).isLessThan(300);
            }
        }
    }

    /** Rules over several members, of time, and of what is inside a batch. */
    private static boolean stricterThanASchemaCanSay(Api.Answer answer) {
        return answer.body().path("code").asText().equals("all_items_rejected")
                || Stream.of("missing_content", "missing_subject", "recipient_limit", "invalid_value", "invalid_email")
                        .anyMatch(code -> answer.body()
                                .path("errors")
                                .findValuesAsText("code")
                                .contains(code));
    }

    private static void assertDescribed(Description.Operation operation, Api.Answer answer) throws Exception {
        HttpResponse<String> raw = answer.raw();
        assertThat(description.faults(
                        operation,
                        answer.status(),
                        raw.headers().firstValue("Content-Type").orElse(null),
                        raw.body()))
                .as(operation + " answered " + answer.status() + " " + raw.body())
                .isEmpty();
        assertThat(raw.headers().firstValue("X-Request-Id")).isPresent();
    }

    private static String filled(String path, String id) {
        return path.replaceAll("\\{[a-z_]+}", id.replace("@", "%40"));
    }

    /** The example with names that no call before took. */
    private static String fresh(JsonNode example) {
        return example.toString()
                .replace("customers", "customers " + NEXT.incrementAndGet())
                .replace("alerts.example.com", "127.0.0.1:8443") // a name would be looked up
                .replace("2030-01-31T12:00:00Z", tomorrow());
    }

    /** Of something that is there for the operation to act on. */
    private static String idFor(String path) throws Exception {
        int n = NEXT.incrementAndGet();
        String area = path.replaceFirst("^/(admin/)?v1/", "").replaceFirst("/.*", "");
        if (!path.contains("{")) {
            return "";
        }
        return switch (area) {
            case "messages" ->
                id(api.post(
                        "/v1/messages",
                        "{\"to\":[\"ada@example.com\"],\"subject\":\"s\",\"text\":\"t\",\"send_at\":\"" + tomorrow()
                                + "\"}"));
            case "timeline" ->
                id(api.post("/v1/messages", "{\"to\":[\"ada@example.com\"],\"subject\":\"s\",\"text\":\"t\"}"));
            case "message-batches" ->
                api.post(
                                "/v1/messages/batch",
                                "{\"messages\":[{\"to\":[\"ada@example.com\"],\"subject\":\"s\",\"text\":\"t\"}]}")
                        .body()
                        .path("batch_id")
                        .asText();
            case "keys", "api-keys" -> keyFor(path, n);
            case "contacts" -> id(api.post("/v1/contacts", "{\"email\":\"p" + n + "@example.com\"}"));
            case "lists" -> listFor(n);
            case "suppressions" -> {
                api.post("/v1/suppressions", "{\"items\":[{\"email\":\"s" + n + "@example.com\"}]}");
                yield "s" + n + "@example.com";
            }
            case "dead-letters" -> deadLetter();
            case "replays" ->
                api.post("/admin/v1/dead-letters/replay", "{}")
                        .body()
                        .path("preview_token")
                        .asText();
            case "alert-webhooks" ->
                id(api.post("/admin/v1/alert-webhooks", "{\"url\":\"https://127.0.0.1:8443/" + n + "\"}"));
            default -> "none";
        };
    }

    private static String tomorrow() {
        return Instant.now().plus(Duration.ofDays(1)).toString();
    }

    private static String keyFor(String path, int n) throws Exception {
        String id = id(api.post("/admin/v1/keys", "{\"name\":\"k" + n + "\"}"));
        if (path.endsWith("/enable")) {
            api.post("/admin/v1/keys/" + id + "/disable", null);
        }
        return id;
    }

    private static String listFor(int n) throws Exception {
        api.post("/v1/contacts", "{\"email\":\"ada@example.com\"}");
        return id(api.post("/v1/lists", "{\"name\":\"l" + n + "\"}"));
    }

    private static String deadLetter() throws Exception {
        String receipt =
                id(api.post("/v1/messages", "{\"to\":[\"ada@example.com\"],\"template_alias\":\"no-such-template\"}"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(api.get("/v1/messages/" + receipt)
                                .body()
                                .path("status")
                                .asText())
                        .isEqualTo("failed"));
        for (JsonNode letter :
                api.get("/admin/v1/dead-letters?limit=1000").body().path("data")) {
            if (letter.path("receipt").asText().equals(receipt)) {
                return letter.path("id").asText();
            }
        }
        throw new AssertionError("no dead letter of " + receipt);
    }

    private static String id(Api.Answer answer) {
        return answer.body().path("id").asText();
    }
}

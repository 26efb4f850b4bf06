// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.testkit.Api;
import io.smartmails.testkit.HubHome;
import io.smartmails.testkit.Shop;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job over HTTP: a whole hub with its engine on random ports, used as its users would. */
class HubIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

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

    private static List<JsonNode> inbox(String to) throws Exception {
        List<JsonNode> mails = new ArrayList<>();
        admin.get("/admin/v1/inbox?limit=100&to=" + to.replace("@", "%40"))
                .body()
                .path("data")
                .forEach(mails::add);
        return mails;
    }

    private static void awaitMails(String to, int howMany) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(inbox(to)).hasSize(howMany));
    }

    private static String fate(String receipt) throws Exception {
        return admin.get("/admin/v1/timeline/" + receipt).body().path("fate").asText();
    }

    private static void awaitFate(String receipt, String fate) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(fate(receipt)).isEqualTo(fate));
    }

    @Test
    void aPaidOrderBecomesExactlyOneMail() throws Exception {
        byte[] order = Shop.order(1001, "ada@example.com");
        HttpResponse<String> first = shop.post("orders/paid", "evt-1001", order);
        HttpResponse<String> repeat = shop.post("orders/paid", "evt-1001", order);
        HttpResponse<String> secondSubscription = shop.post("orders/paid", "evt-1001-other-subscription", order);
        String receipt = first.headers().firstValue("X-Hub-Receipt").orElseThrow();
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.headers().firstValue("X-Hub-Duplicate")).isEmpty();
        assertThat(repeat.statusCode()).isEqualTo(200);
        assertThat(repeat.headers().firstValue("X-Hub-Receipt")).contains(receipt);
        assertThat(repeat.headers().firstValue("X-Hub-Duplicate")).contains("true");
        awaitFate(receipt, "delivered");
        awaitFate(secondSubscription.headers().firstValue("X-Hub-Receipt").orElseThrow(), "dropped");
        awaitMails("ada@example.com", 1);
        JsonNode mail = inbox("ada@example.com").get(0);
        assertThat(mail.path("subject").asText()).contains("#1001");
        assertThat(mail.path("html").asText()).contains("Blue mug").contains("59.80");
        assertThat(mail.path("text").asText()).contains("Blue mug");
    }

    @Test
    void aWrongMissingOrTamperedSignatureIsRefusedAndLeavesNothing() throws Exception {
        byte[] order = Shop.order(1002, "mallory@example.com");
        long refusedBefore =
                admin.get("/admin/v1/counts").body().path("refused").asLong();
        long acceptedBefore =
                admin.get("/admin/v1/counts").body().path("accepted").asLong();
        assertThat(shop.post("orders/paid", "evt-1002", order, Shop.sign(order, "wrong"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(shop.post("orders/paid", "evt-1002", order, null).statusCode())
                .isEqualTo(401);
        HttpResponse<String> tampered = shop.post(
                "orders/paid", "evt-1002", Shop.order(1003, "mallory@example.com"), Shop.sign(order, Shop.SECRET));
        assertThat(tampered.statusCode()).isEqualTo(401);
        assertThat(tampered.headers().firstValue("Content-Type")).contains("application/problem+json");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(admin.get("/admin/v1/counts")
                                .body()
                                .path("refused")
                                .asLong())
                        .isGreaterThanOrEqualTo(refusedBefore + 3));
        assertThat(admin.get("/admin/v1/timeline?limit=100").raw().body()).doesNotContain("evt-1002");
        assertThat(admin.get("/admin/v1/counts").body().path("accepted").asLong())
                .isGreaterThanOrEqualTo(acceptedBefore);
    }

    @Test
    void whatCannotBeMappedIsADeadLetterUntilTheMappingIsMended() throws Exception {
        Path mapping = home.resolve("connectors/shopify/mappings/orders-fulfilled.yaml");
        String good = Files.readString(mapping);
        Files.writeString(mapping, good.replace("/id", "/no_such_field"));
        byte[] order = Shop.order(1004, "grace@example.com");
        String receipt = shop.post("orders/fulfilled", "evt-1004", order)
                .headers()
                .firstValue("X-Hub-Receipt")
                .orElseThrow();
        awaitFate(receipt, "dead");
        JsonNode letter = admin.get("/admin/v1/dead-letters/" + receipt).body();
        assertThat(letter.path("cause").asText()).contains("/no_such_field");
        Files.writeString(mapping, good);
        Api.Answer replay = admin.post("/admin/v1/dead-letters/" + receipt + "/replay", "{\"reason\":\"mended\"}");
        assertThat(replay.status()).isEqualTo(202);
        awaitFate(receipt, "delivered");
        awaitMails("grace@example.com", 1);
        assertThat(admin.post("/admin/v1/dead-letters/" + receipt + "/replay", null)
                        .status())
                .isEqualTo(409);
    }

    @Test
    void anUnknownConnectionIs404AndOtherMethodsAre405() throws Exception {
        Api stranger = new Api(hub.url(), null);
        assertThat(stranger.post("/webhooks/nobody", "{}").status()).isEqualTo(404);
        Api.Answer get = stranger.get("/webhooks/demo-shop");
        assertThat(get.status()).isEqualTo(405);
        assertThat(get.raw().headers().firstValue("Allow")).contains("POST");
    }

    @Test
    void administrationNeedsAnAdminKey() throws Exception {
        Api stranger = new Api(hub.url(), null);
        for (String path : List.of("/admin/v1/counts", "/admin/v1/inbox", "/actuator/prometheus", "/admin/v1/keys")) {
            assertThat(stranger.get(path).status()).as(path).isEqualTo(401);
        }
        assertThat(stranger.post("/admin/v1/dead-letters/env_1/replay", null).status())
                .isEqualTo(401);
        assertThat(stranger.get("/actuator/health/readiness").status()).isEqualTo(200);
        String sending = admin.post("/admin/v1/keys", "{\"name\":\"shop\"}")
                .body()
                .path("key")
                .asText();
        Api.Answer answer = new Api(hub.url(), sending).get("/admin/v1/counts");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body().path("required_scope").asText()).isEqualTo("keys:admin");
    }

    @Test
    void whatAKeyDidIsCountedItsRefusalsToo() throws Exception {
        JsonNode made = admin.post("/admin/v1/keys", "{\"name\":\"counted\",\"requests_per_minute\":2}")
                .body();
        Api application = new Api(hub.url() + "/v1", made.path("key").asText());
        String own = "/admin/v1/keys/" + made.path("id").asText();
        assertThat(application.get("/api-keys/current").body().path("id")).isEqualTo(made.path("id"));
        assertThat(application.get("/api-keys").status()).isEqualTo(403);
        assertThat(application.get("/ping").status()).isEqualTo(200);
        assertThat(application.get("/ping").status()).isEqualTo(429);
        JsonNode hour = admin.get(own + "/usage").body().at("/data/0");
        assertThat(hour.path("requests").asInt()).as(hour.toString()).isEqualTo(4);
        assertThat(hour.path("status_429").asInt()).isEqualTo(1);
        assertThat(hour.path("status_4xx").asInt()).isEqualTo(2);
        assertThat(admin.send("DELETE", own, null).status()).isEqualTo(204);
        assertThat(application.get("/ping").body().path("code").asText()).isEqualTo("revoked_key");
    }

    @Test
    void anApplicationSendsWithItsOwnKey() throws Exception {
        JsonNode created = admin.post("/admin/v1/keys", "{\"name\":\"app\",\"requests_per_minute\":3}")
                .body();
        Api application = new Api(hub.url() + "/v1", created.path("key").asText());
        String message = """
                {"to":["linus@example.com"],"subject":"Hello","text":"Hi there","dedupe_id":"app/1"}""";
        Api.Answer sent = application.post("/messages", message);
        assertThat(sent.status()).isEqualTo(202);
        Api.Answer again = application.post("/messages", message);
        assertThat(again.body().path("id")).isEqualTo(sent.body().path("id"));
        assertThat(again.body().path("duplicate").asBoolean()).isTrue();
        assertThat(application.post("/messages", "{\"to\":[\"x\"]}").status()).isEqualTo(422);
        Api.Answer refused = application.post("/messages", message);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.raw().headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(1L, 20L);
        awaitFate(sent.body().path("id").asText(), "delivered");
        awaitMails("linus@example.com", 1);
        assertThat(new Api(hub.url() + "/v1", null).post("/messages", message).status())
                .isEqualTo(401);
        assertThat(new Api(hub.url() + "/v1", "sml_nonsense")
                        .post("/messages", message)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void aSalesforceOutboundMessageIsAcknowledgedExactly() throws Exception {
        String soap = """
                <?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>
                <notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>00D000000000001EAA</OrganizationId><ActionId>04k000000000001AAA</ActionId><SessionId xsi:nil="true"/><EnterpriseUrl>https://example.my.salesforce.com</EnterpriseUrl><PartnerUrl>https://example.my.salesforce.com</PartnerUrl>
                <Notification><Id>04l000000000001AAA</Id><sObject xsi:type="sf:Contact" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>003000000000777AAA</sf:Id><sf:Email>edith@example.com</sf:Email><sf:FirstName>Edith</sf:FirstName><sf:LastName>Example</sf:LastName><sf:SystemModstamp>2026-11-24T08:00:00.000Z</sf:SystemModstamp></sObject></Notification>
                </notifications></soapenv:Body></soapenv:Envelope>""";
        HttpResponse<String> answer = java.net.http.HttpClient.newHttpClient()
                .send(
                        java.net.http.HttpRequest.newBuilder(URI.create(hub.url() + "/webhooks/demo-crm/demo-crm-path"))
                                .header("Content-Type", "text/xml; charset=UTF-8")
                                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(soap))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body().replaceAll("\\s+", "")).contains("<Ack>true</Ack>");
        awaitFate(answer.headers().firstValue("X-Hub-Receipt").orElseThrow(), "delivered");
    }

    @Test
    void contactsOfTheSimulatedCrmAppearInTheList() throws Exception {
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode items = admin.get("/admin/v1/counts")
                    .body()
                    .path("items")
                    .path("by_kind")
                    .path("contact");
            assertThat(items.path("delivered").asLong()).isGreaterThanOrEqualTo(3);
        });
    }

    @Test
    void routesComeChangeAndGoWhileTheHubRuns() throws Exception {
        Path file = home.resolve("routes/vip.yaml");
        String route = """
                # Contacts that change are tagged.
                - route:
                    id: vip
                    from:
                      uri: event:order.placed
                      steps:
                        - to:
                            uri: smartmails:send
                            parameters:
                              template: order-confirmation
                """;
        Files.writeString(file, route);
        awaitRoute("vip", "running");
        shop.post("orders/create", "evt-1005", Shop.order(1005, "vera@example.com"));
        awaitMails("vera@example.com", 1);
        Files.writeString(file, route.replace("event:order.placed", "evnt:order.placed"));
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(admin.get("/admin/v1/routes").raw().body()).contains("evnt"));
        shop.post("orders/create", "evt-1006", Shop.order(1006, "vera@example.com"));
        awaitMails("vera@example.com", 2);
        Files.delete(file);
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(admin.get("/admin/v1/routes").raw().body()).doesNotContain("vip"));
        String receipt = shop.post("orders/create", "evt-1007", Shop.order(1007, "vera@example.com"))
                .headers()
                .firstValue("X-Hub-Receipt")
                .orElseThrow();
        awaitFate(receipt, "dropped");
        assertThat(inbox("vera@example.com")).hasSize(2);
    }

    private static void awaitRoute(String id, String state) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(admin.get("/admin/v1/routes").body().toString())
                                .contains("\"" + id + "\"")
                                .contains(state));
    }

    @Test
    void hostileHttpGetsAClearRefusalAndTheConsoleNeedsALogin() throws Exception {
        assertThat(raw("GARBAGE\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("POST /webhooks/demo-shop HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"))
                .startsWith("HTTP/1.1 413")
                .contains("payload_too_large");
        assertThat(raw("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 414");
        assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Big: " + "a".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431")
                .contains("headers_too_large");
        assertThat(raw("POST /webhooks/demo-shop HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: foo\r\n\r\nabc"))
                .startsWith("HTTP/1.1 400")
                .contains("invalid_request");
        Api.Answer deep = admin.post("/v1/messages", "[".repeat(5_000));
        assertThat(deep.status()).isEqualTo(400);
        assertThat(deep.body().path("code").asText()).isEqualTo("invalid_json");
        Api.Answer console = new Api(hub.url(), null).get("/console");
        assertThat(console.status()).isBetween(300, 399);
        assertThat(console.raw().headers().firstValue("Location").orElseThrow()).contains("/console/login");
    }

    private static String raw(String request) throws Exception {
        URI url = URI.create(hub.url());
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(15_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            byte[] answer = socket.getInputStream().readNBytes(2_000);
            return new String(answer, StandardCharsets.ISO_8859_1);
        }
    }
}

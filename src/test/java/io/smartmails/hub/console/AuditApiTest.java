// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.smartmails.db.Database;
import io.smartmails.hub.HubSettings;
import io.smartmails.hub.audit.AuditEntry;
import io.smartmails.hub.audit.AuditLog;
import io.smartmails.hub.audit.SecurityEvent;
import io.smartmails.hub.audit.SecurityEvents;
import io.smartmails.hub.gateway.AddressRules;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.gateway.GatewayFilter;
import io.smartmails.hub.gateway.KeyLimits;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import io.smartmails.testkit.Api;
import jakarta.servlet.Filter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;

/** Audit, alerts and their webhooks over HTTP, with the workers running. */
class AuditApiTest {
    private static final String EVENTS = "/admin/v1/audit-events";
    private static final String ALERTS = "/admin/v1/security-alerts";
    private static final String RULES = "/admin/v1/alert-rules";
    private static final String WEBHOOKS = "/admin/v1/alert-webhooks";

    @TempDir
    static Path folder;

    private static Database database;
    private static ConfigurableApplicationContext context;
    private static Api api;
    private static Set<String> scopes = Set.of();

    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        HttpMessageConvertersAutoConfiguration.class,
        JacksonAutoConfiguration.class
    })
    @ComponentScan("io.smartmails.hub.audit")
    static final class Beans {
        @Bean
        static Filter caller() {
            return (request, response, chain) -> {
                request.setAttribute(GatewayFilter.REQUEST_ID, "req_test");
                request.setAttribute(
                        Caller.ATTRIBUTE,
                        new Caller("key_1", "test", "key_1", scopes, KeyLimits.perMinute(60), AddressRules.ANY, false));
                chain.doFilter(request, response);
            };
        }

        @Bean
        static InstantSource clock() {
            return InstantSource.system();
        }

        @Bean
        static SecureRandom random() {
            return new SecureRandom();
        }

        @Bean
        static Ids ids(InstantSource clock, SecureRandom random) {
            return new Ids(clock, random);
        }

        @Bean
        static Secrets secrets(SecureRandom random) {
            return Secrets.open(folder.resolve("secrets"), random, Optional.empty());
        }

        @Bean
        static HubSettings settings() {
            return new HubSettings(folder, URI.create("https://hub.example.com"));
        }

        @Bean
        static EnvelopeStore envelopes(Database database, InstantSource clock) {
            return new EnvelopeStore(database, clock);
        }

        @Bean
        static ItemStore items(Database database, InstantSource clock) {
            return new ItemStore(database, clock);
        }

        @Bean
        static Wakeup senderWakeup() {
            return new Wakeup();
        }
    }

    @BeforeAll
    static void start() {
        database = Database.open(Database.sqliteUrl(folder.resolve("hub.db")), null, null, "db/hub");
        context = new SpringApplicationBuilder(
                        Beans.class,
                        Problems.class,
                        AuditController.class,
                        AlertsController.class,
                        AlertWebhooksController.class)
                .initializers(starting -> starting.getBeanFactory().registerSingleton("database", database))
                .run(
                        "--server.port=0",
                        "--spring.main.banner-mode=off",
                        "--logging.level.root=warn",
                        "--spring.jackson.property-naming-strategy=SNAKE_CASE",
                        "--hub.alerts.emails=ops@example.com, more@example.com",
                        "--hub.alerts.allow-private-targets=true");
        api = new Api(
                "http://localhost:"
                        + ((WebServerApplicationContext) context).getWebServer().getPort(),
                null);
    }

    @AfterAll
    static void stop() {
        context.close();
        database.close();
    }

    @BeforeEach
    void asAdmin() {
        scopes = Set.of("keys:admin", "audit:read");
    }

    private static void append(String action, String target) {
        database.write(tx -> {
            context.getBean(AuditLog.class)
                    .append(
                            tx,
                            new AuditEntry(
                                    "key_1",
                                    "192.0.2.1",
                                    action,
                                    target,
                                    Map.of("name", "old"),
                                    Map.of("name", "new"),
                                    "req_1"));
            return null;
        });
    }

    private static void report(SecurityEvent.Kind kind, String keyId, String address, String detail) {
        context.getBean(SecurityEvents.class).report(new SecurityEvent(kind, keyId, address, detail, "req_2"));
    }

    private static JsonNode get(String path) throws Exception {
        Api.Answer answer = api.get(path);
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.body();
    }

    private static JsonNode awaitAlert(String type, String subject) {
        List<JsonNode> found = new ArrayList<>();
        await().untilAsserted(() -> {
            get(ALERTS + "?status=open").path("data").forEach(alert -> {
                if (alert.path("type").asText().equals(type)
                        && alert.path("subject").asText().contains(subject)) {
                    found.add(alert);
                }
            });
            assertThat(found).isNotEmpty();
        });
        return found.get(0);
    }

    private static void assertProblem(Api.Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertThat(answer.body().path("code").asText()).isEqualTo(code);
        assertThat(answer.raw().headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    @Test
    void eventsComeInPagesInTheContractsShape() throws Exception {
        for (int i = 1; i <= 5; i++) {
            append("page.test", "key_" + i);
        }
        JsonNode first = get(EVENTS + "?action=page.*&limit=2");
        assertThat(first.findValuesAsText("target")).containsExactly("key_5", "key_4");
        assertThat(first.path("has_more").asBoolean()).isTrue();
        JsonNode event = first.at("/data/0");
        assertThat(event.path("id").asText()).startsWith("evt_");
        assertThat(event.at("/actor/type").asText()).isEqualTo("key");
        assertThat(event.at("/actor/id").asText()).isEqualTo("key_1");
        assertThat(event.path("ip").asText()).isEqualTo("192.0.2.1");
        assertThat(event.at("/before/name").asText()).isEqualTo("old");
        assertThat(event.at("/after/name").asText()).isEqualTo("new");
        assertThat(event.path("request_id").asText()).isEqualTo("req_1");
        assertThat(event.path("at").asText()).endsWith("Z");

        append("page.test", "key_6");
        JsonNode second = get(EVENTS + "?action=page.*&limit=2&cursor="
                + first.path("next_cursor").asText());
        assertThat(second.findValuesAsText("target")).containsExactly("key_3", "key_2");
        assertThat(get(EVENTS + "?target=key_6&actor=key_1&after=2020-01-01T00:00:00Z")
                        .path("data"))
                .hasSize(1);
        assertThat(get(EVENTS + "?target=key_6&before=2020-01-01T01:00:00%2B01:00")
                        .path("data"))
                .isEmpty();
        assertThat(get("/v1/audit-events?target=key_6").path("data")).hasSize(1);
    }

    @Test
    void wrongParametersAreNamed() throws Exception {
        assertProblem(api.get(EVENTS + "?after=yesterday"), 400, "invalid_parameter");
        assertProblem(api.get(EVENTS + "?limit=0"), 400, "invalid_parameter");
        assertProblem(api.get(EVENTS + "?cursor=xyz"), 400, "invalid_cursor");
        assertProblem(api.get(ALERTS + "?status=closed"), 400, "invalid_parameter");
        assertProblem(api.get(ALERTS + "/alt_none"), 404, "not_found");
        assertProblem(api.send("PUT", ALERTS + "/alt_none", "{\"status\":\"resolved\"}"), 404, "not_found");
        assertProblem(api.send("PUT", RULES, "[]"), 400, "invalid_json");
        assertProblem(api.get(WEBHOOKS + "/whk_none"), 404, "not_found");
    }

    @Test
    void theChainIsVerified() throws Exception {
        append("verify.test", null);
        JsonNode found = get(EVENTS + "/verification");
        assertThat(found.path("ok").asBoolean()).isTrue();
        assertThat(found.path("count").asLong()).isPositive();
        assertThat(found.path("head").asText()).hasSize(64);
        assertThat(found.path("broken_seq").isNull()).isTrue();
    }

    @Test
    void whoLacksTheScopeIsRefused() throws Exception {
        scopes = Set.of("messages:send");
        for (String path : List.of(EVENTS, EVENTS + "/verification", ALERTS)) {
            Api.Answer answer = api.get(path);
            assertProblem(answer, 403, "missing_scope");
            assertThat(answer.body().path("required_scope").asText()).isEqualTo("audit:read");
        }
        scopes = Set.of("audit:read");
        for (Api.Answer answer : List.of(
                api.get(RULES),
                api.send("PUT", RULES, "{\"rules\":[]}"),
                api.send("PUT", ALERTS + "/alt_1", "{\"status\":\"resolved\"}"),
                api.get(WEBHOOKS),
                api.post(WEBHOOKS, "{\"url\":\"https://example.com\"}"),
                api.send("DELETE", WEBHOOKS + "/whk_1", null))) {
            assertProblem(answer, 403, "missing_scope");
            assertThat(answer.body().path("required_scope").asText()).isEqualTo("keys:admin");
        }
    }

    @Test
    void whatTheDoorNoticesBecomesAnAlertAMailAndAnAuditEvent() throws Exception {
        for (int i = 0; i < 20; i++) {
            report(SecurityEvent.Kind.KEY_REFUSED, null, "198.51.100.7", "unknown_key");
        }
        JsonNode alert = awaitAlert("auth_failures", "198.51.100.7");
        assertThat(alert.path("count").asInt()).isEqualTo(20);
        assertThat(alert.path("cure").asText()).isNotBlank();
        assertThat(get(EVENTS + "?action=security.key_refused")
                        .at("/data/0/after/count")
                        .asInt())
                .isPositive();
        assertThat(database.read()
                        .sql("SELECT payload FROM item WHERE identity LIKE 'alert/"
                                + alert.path("id").asText() + "/%'")
                        .query(String.class)
                        .list())
                .hasSize(2)
                .anySatisfy(mail -> assertThat(mail).contains("more@example.com", "198.51.100.7"));

        String path = ALERTS + "/" + alert.path("id").asText();
        assertProblem(api.send("PUT", path, "{\"status\":\"done\"}"), 422, "validation_failed");
        Api.Answer changed = api.send("PUT", path, "{\"status\":\"acknowledged\",\"note\":\"a scanner\"}");
        assertThat(changed.body().path("status").asText()).isEqualTo("acknowledged");
        assertThat(changed.body().path("note").asText()).isEqualTo("a scanner");
        assertThat(api.send("PUT", path, "{\"status\":\"resolved\"}").status()).isEqualTo(200);
        assertProblem(api.send("PUT", path, "{\"status\":\"resolved\"}"), 409, "invalid_state");
        assertThat(get(EVENTS + "?action=alert.*&target=" + alert.path("id").asText())
                        .findValuesAsText("action"))
                .containsExactly("alert.resolved", "alert.acknowledged", "alert.raise");
    }

    @Test
    void rulesAreReadChangedAndTakenBackAsTheyCame() throws Exception {
        JsonNode rules = get(RULES);
        assertThat(rules.findValuesAsText("type"))
                .contains(
                        "auth_failures",
                        "key_new_ip",
                        "ip_blocked",
                        "scope_probe",
                        "volume_spike",
                        "rate_saturated",
                        "bounce_rate",
                        "complaint_rate",
                        "key_expiring",
                        "key_leaked",
                        "webhook_failing",
                        "upstream_errors",
                        "upstream_refused",
                        "queue_pressure");
        assertThat(rules.at("/rules/0/threshold").asInt()).isEqualTo(20);
        assertThat(rules.at("/rules/0/window").asText()).isEqualTo("PT5M");
        Api.Answer same = api.send("PUT", RULES, rules.toString());
        assertThat(same.status()).as(same.raw().body()).isEqualTo(200);
        assertThat(same.body()).isEqualTo(rules);

        Api.Answer changed = api.send(
                "PUT",
                RULES,
                "{\"rules\":[{\"type\":\"scope_probe\",\"threshold\":7,\"notify\":{\"emails\":[\"ada@example.com\"]}}]}");
        assertThat(changed.body().toString()).contains("ada@example.com");
        Api.Answer wrong = api.send(
                "PUT",
                RULES,
                "{\"rules\":[{\"type\":\"scope_probe\",\"threshold\":9},{\"type\":\"ip_blocked\",\"window\":\"PT1M\"}]}");
        assertProblem(wrong, 422, "validation_failed");
        assertThat(wrong.body().at("/errors/0/pointer").asText()).isEqualTo("/rules/1/window");
        assertThat(get(RULES).toString()).contains("\"threshold\":7.0").doesNotContain("\"threshold\":9.0");
    }

    @Test
    void aWebhookIsMadeTestedRolledAndDeleted() throws Exception {
        List<String> got = Collections.synchronizedList(new ArrayList<>());
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            got.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        try {
            Api.Answer made = api.post(
                    WEBHOOKS,
                    "{\"url\":\"http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook\"}");
            assertThat(made.status()).isEqualTo(201);
            assertThat(made.body().path("secret").asText()).startsWith("whsec_");
            String path = WEBHOOKS + "/" + made.body().path("id").asText();
            assertThat(get(path).has("secret")).isFalse();
            assertThat(get(WEBHOOKS).path("data")).hasSize(1);

            assertThat(api.post(path + "/test", null).status()).isEqualTo(202);
            await().untilAsserted(() ->
                    assertThat(got).anySatisfy(body -> assertThat(body).contains("\"type\":\"test\"")));
            report(SecurityEvent.Kind.KEY_IN_URL, "key_7", "192.0.2.7", null);
            await().untilAsserted(() ->
                    assertThat(got).anySatisfy(body -> assertThat(body).contains("key_leaked", "key_7")));
            await().untilAsserted(() -> assertThat(get(path + "/deliveries").findValuesAsText("state"))
                    .containsOnly("delivered"));

            Api.Answer rolled = api.post(path + "/roll", "{\"grace\":\"PT1H\"}");
            assertThat(rolled.status()).isEqualTo(201);
            assertThat(rolled.body().path("secret").asText())
                    .isNotEqualTo(made.body().path("secret").asText());
            assertProblem(api.post(path + "/roll", "{\"grace\":\"an hour\"}"), 422, "validation_failed");
            assertProblem(api.post(WEBHOOKS, "{\"url\":\"nowhere\"}"), 422, "validation_failed");
            assertThat(api.send("DELETE", path, null).status()).isEqualTo(204);
            assertProblem(api.send("DELETE", path, null), 404, "not_found");
            assertThat(get(EVENTS + "?action=alert-webhook.*").findValuesAsText("action"))
                    .containsExactly(
                            "alert-webhook.delete", "alert-webhook.roll", "alert-webhook.test", "alert-webhook.create");
        } finally {
            receiver.stop(0);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.problem.ProblemException;
import io.smartmails.testkit.Api;
import io.smartmails.testkit.Databases;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.OutputStream;
import java.net.Socket;
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
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** Administration of keys over HTTP, with a plain filter in the place of the door. */
class KeysApiTest {
    @TempDir
    Path folder;

    private KeyKit kit;
    private ConfigurableApplicationContext context;
    private String base;
    private Api admin;
    private Api contract;

    /** Registered by hand, so that no component scan meets it. */
    @ImportAutoConfiguration(TomcatServletWebServerAutoConfiguration.class)
    static final class Beans {
        @Bean
        static ServletRegistrationBean<KeysServlet> keysServlet(KeyKit kit) {
            return new KeysConfiguration().keysServlet(kit.desk, kit.reads, kit.clock);
        }

        @Bean
        static Filter door(KeyKit kit) {
            return (request, response, chain) -> {
                String header = ((HttpServletRequest) request).getHeader("Authorization");
                Caller caller;
                try {
                    caller = kit.ring.authenticate(header.substring("Bearer ".length()));
                } catch (ProblemException refused) {
                    ProblemWriter.write(
                            (HttpServletRequest) request, (HttpServletResponse) response, refused.problem());
                    return;
                }
                request.setAttribute(Caller.ATTRIBUTE, caller);
                chain.doFilter(request, response);
                kit.usage.record(caller, 200, Duration.ofMillis(3), request.getRemoteAddr());
            };
        }
    }

    @BeforeEach
    void start() {
        kit = new KeyKit(Databases.sqlite(folder, "db/hub"), folder);
        context = new SpringApplicationBuilder(Beans.class)
                .initializers(starting -> starting.getBeanFactory().registerSingleton("kit", kit))
                .run("--server.port=0", "--spring.main.banner-mode=off", "--logging.level.root=warn");
        base = "http://localhost:"
                + ((WebServerApplicationContext) context).getWebServer().getPort();
        admin = new Api(base + "/admin/v1/keys", kit.adminSecret);
        contract = new Api(base + "/v1/api-keys", kit.adminSecret);
    }

    @AfterEach
    void stop() {
        context.close();
        kit.close();
    }

    @Test
    void aKeyLivesFromCreationToRevocation() throws Exception {
        Api.Answer made =
                admin.post("", "{\"name\":\"shop\",\"preset\":\"sending\",\"limits\":[\"10/s\",\"600/min\"]}");
        assertThat(made.status()).isEqualTo(201);
        String id = made.body().path("id").asText();
        String secret = made.body().path("key").asText();
        assertThat(made.raw().headers().firstValue("Location")).contains("/admin/v1/keys/" + id);
        assertThat(made.raw().headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(made.body().path("display").asText())
                .isEqualTo(secret.substring(0, 8) + "..." + secret.substring(28));

        JsonNode shown = contract.get("/" + id).body();
        assertThat(shown.has("key")).isFalse();
        assertThat(shown.path("requests_per_minute").asInt()).isEqualTo(600);
        assertThat(shown.path("limits").toString()).isEqualTo("[\"10/s\",\"600/min\"]");
        assertThat(shown.path("created_at").asText()).isEqualTo("2026-11-24T08:00:00.000Z");
        assertThat(shown.path("created_by").asText()).isEqualTo(kit.admin.id());
        for (String field : List.of(
                "name",
                "mode",
                "status",
                "preset",
                "scopes",
                "allowed_ips",
                "denied_ips",
                "allowed_senders",
                "recipients_per_minute",
                "concurrent_requests",
                "expires_at",
                "rotate_every",
                "last_used_at",
                "last_used_ip",
                "replaces",
                "replaced_by")) {
            assertThat(shown.has(field)).as(field).isTrue();
        }

        Api own = new Api(base + "/v1/api-keys", secret);
        assertThat(own.get("/current").body().path("id").asText()).isEqualTo(id);
        Api.Answer refused = own.get("");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body().path("required_scope").asText()).isEqualTo("keys:admin");

        assertThat(admin.send("PUT", "/" + id, "{\"name\":\"shop 2\",\"rotate_every\":\"P90D\"}")
                        .body()
                        .path("name")
                        .asText())
                .isEqualTo("shop 2");
        assertThat(admin.get("?name=SHOP").body().at("/data/0/id").asText()).isEqualTo(id);
        assertThat(admin.post("/" + id + "/disable", null).body().path("status").asText())
                .isEqualTo("disabled");
        assertThat(admin.post("/" + id + "/enable", null).body().path("status").asText())
                .isEqualTo("active");

        Api.Answer rolled = contract.post("/" + id + "/rotate", "{\"grace_period\":\"PT1H\"}");
        assertThat(rolled.status()).isEqualTo(201);
        assertThat(rolled.body().path("replaces").asText()).isEqualTo(id);
        assertThat(own.get("/current").body().path("expires_at").asText()).isEqualTo("2026-11-24T09:00:00.000Z");

        Api.Answer usage = admin.get("/" + id + "/usage");
        assertThat(usage.body().at("/data/0/requests").asInt()).isEqualTo(3);
        assertThat(usage.body().at("/data/0/distinct_ips").asInt()).isEqualTo(1);
        assertThat(admin.get("/" + id).body().path("last_used_ip").asText()).isNotEmpty();

        assertThat(admin.send("DELETE", "/" + id, null).status()).isEqualTo(204);
        assertThat(admin.get("/" + id).body().path("status").asText()).isEqualTo("revoked");
        assertThat(admin.post("/" + id + "/enable", null).status()).isEqualTo(409);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "POST   |              | {'name':'x'                       | 400 | invalid_json",
                "POST   |              | ['x']                             | 400 | invalid_json",
                "POST   |              | {'name':'x','name':'y'}           | 400 | invalid_json",
                "POST   |              | {'name':'x'} {}                   | 400 | invalid_json",
                "POST   |              | {'name':'x','color':1}            | 422 | unknown_field",
                "POST   |              | {'name':'x','limits':['60']}      | 422 | validation_failed",
                "PUT    | /key_unknown | {'name':'x'}                      | 404 | not_found",
                "POST   | /key_unknown/roll | {}                           | 404 | not_found",
                "DELETE | /key_unknown |                                   | 404 | not_found",
                "GET    | /key_unknown/usage |                             | 404 | not_found",
                "GET    | /a/b/c       |                                   | 404 | unknown_endpoint",
                "POST   | /a/explode   | {}                                | 404 | unknown_endpoint",
                "PATCH  | /key_unknown | {}                                | 405 | method_not_allowed",
                "PUT    |              | {}                                | 405 | method_not_allowed",
                "GET    | ?limit=0     |                                   | 400 | invalid_parameter",
                "GET    | ?cursor=x    |                                   | 400 | invalid_cursor"
            })
    void whatIsWrongIsToldAndNothingIsMade(String method, String path, String body, int status, String code)
            throws Exception {
        Api.Answer answer = admin.send(method, path == null ? "" : path, body == null ? null : body.replace('\'', '"'));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body().path("code").asText()).isEqualTo(code);
        assertThat(answer.body().path("detail").asText()).isNotEmpty();
        assertThat(answer.raw().headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.raw().headers().firstValue("Allow").isPresent()).isEqualTo(status == 405);
        assertThat(admin.get("").body().path("data")).hasSize(1);
        assertThat(kit.audit).hasSize(1);
    }

    @Test
    void aRevocationMeetsTheNextCallOnAnOpenConnection() throws Exception {
        KeyDesk.Created made = kit.create();
        String call = "GET /v1/api-keys/current HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + made.secret()
                + "\r\n\r\n";
        try (var socket = new Socket("localhost", Integer.parseInt(base.substring(base.lastIndexOf(':') + 1)))) {
            OutputStream out = socket.getOutputStream();
            out.write(call.getBytes(StandardCharsets.US_ASCII));
            byte[] head = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
            admin.send("DELETE", "/" + made.key().id(), null);
            assertThat(socket.getInputStream().skip(socket.getInputStream().available()))
                    .isPositive();
            out.write(call.getBytes(StandardCharsets.US_ASCII));
            head = socket.getInputStream().readNBytes("HTTP/1.1 401".length());
            assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 401");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SandboxTest {
    private static final String ALL = "SELECT Id, Email FROM Contact ORDER BY SystemModstamp, Id";

    private final Sandbox sandbox = Sandbox.start(0, InstantSource.fixed(Instant.parse("2026-11-23T12:00:00Z")));
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    @AfterEach
    void stop() {
        sandbox.close();
    }

    private HttpResponse<String> call(String method, String path, String token, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + sandbox.port() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private String login() throws Exception {
        var form = "grant_type=client_credentials&client_id=c&client_secret=s";
        return json.readTree(call("POST", "/services/oauth2/token", null, form).body())
                .path("access_token")
                .asText();
    }

    private static String query(String soql) {
        return "/services/data/v62.0/query?q=" + URLEncoder.encode(soql, StandardCharsets.UTF_8);
    }

    private static Iterable<String> emails(JsonNode page) {
        return StreamSupport.stream(page.path("records").spliterator(), false)
                .map(row -> row.path("Email").asText())
                .toList();
    }

    @Test
    void letsAClientInAndRefusesOthersAsTheRealSystemDoes() throws Exception {
        assertThat(call("GET", query(ALL), login(), "").statusCode()).isEqualTo(200);
        for (var token : new String[] {null, "wrong"}) {
            var refused = call("GET", query(ALL), token, "");
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.body()).contains("INVALID_SESSION_ID");
        }
        assertThat(call("POST", "/services/oauth2/token", null, "grant_type=password")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void startsWithThreePeopleAndPagesThroughThem() throws Exception {
        sandbox.salesforce().pageRows(2);
        var token = login();
        var answer = call("GET", query(ALL), token, "");
        assertThat(answer.headers().firstValue("Sforce-Limit-Info")).hasValue("api-usage=1/15000");
        var first = json.readTree(answer.body());
        assertThat(first.path("totalSize").asInt()).isEqualTo(3);
        assertThat(first.path("done").asBoolean()).isFalse();
        assertThat(emails(first)).containsExactly("alice@example.com", "bob@example.com");
        var second = json.readTree(
                call("GET", first.path("nextRecordsUrl").asText(), token, "").body());
        assertThat(emails(second)).containsExactly("carol@example.com");
        assertThat(second.path("done").asBoolean()).isTrue();
        assertThat(second.has("nextRecordsUrl")).isFalse();
    }

    @Test
    void understandsTheKeysetCondition() throws Exception {
        var time = "2026-11-23T12:00:00.000Z";
        var rest = "SELECT Email FROM Contact WHERE (SystemModstamp > " + time + " OR (SystemModstamp = " + time
                + " AND Id > '003000000000001AAA')) AND SystemModstamp <= " + time
                + " ORDER BY SystemModstamp ASC, Id ASC LIMIT 1";
        assertThat(emails(json.readTree(call("GET", query(rest), login(), "").body())))
                .containsExactly("bob@example.com");
    }

    @Test
    void refusesQueriesItDoesNotUnderstand() throws Exception {
        var token = login();
        for (var soql : new String[] {
            "SELECT Nothing FROM Contact",
            "SELECT Id FROM Account",
            "SELECT Id FROM Contact WHERE Email = 'x'",
            "SELECT Id FROM Contact WHERE Id > ''",
            "SELECT Id FROM Contact WHERE (SystemModstamp > 2026-11-23T12:00:00Z",
            "SELECT Id FROM Contact WHERE SystemModstamp > yesterday",
            "DROP"
        }) {
            var refused = call("GET", query(soql), token, "");
            assertThat(refused.statusCode()).as(soql).isEqualTo(400);
            assertThat(refused.body()).contains("MALFORMED_QUERY");
        }
    }

    @Test
    void takesContactsByTheRealPathsAndByItsOwn() throws Exception {
        var token = login();
        var made = call(
                "POST",
                "/services/data/v62.0/sobjects/Contact",
                token,
                "{\"LastName\":\"Draper\",\"Email\":\"dan@example.com\"}");
        assertThat(made.statusCode()).isEqualTo(201);
        var id = json.readTree(made.body()).path("id").asText();
        assertThat(id).hasSize(18);
        var path = "/services/data/v62.0/sobjects/Contact/";
        assertThat(call("PATCH", path + id, token, "{\"Email\":\"daniel@example.com\"}")
                        .statusCode())
                .isEqualTo(204);
        assertThat(call("PATCH", path + "003000000000999AAA", token, "{}").statusCode())
                .isEqualTo(404);
        assertThat(call("PUT", "/sandbox/contacts/003000000000042AAA", null, "{\"Email\":\"erin@example.com\"}")
                        .statusCode())
                .isEqualTo(204);
        assertThat(call("PUT", "/sandbox/contacts/short", null, "{}").statusCode())
                .isEqualTo(400);
        assertThat(call("PUT", "/sandbox/contacts/003000000000042AAA", null, "{\"Emial\":\"x\"}")
                        .body())
                .contains("INVALID_FIELD");
        assertThat(call("GET", "/sandbox/contacts", null, "").body())
                .contains("daniel@example.com", "erin@example.com")
                .doesNotContain("dan@example.com");
    }

    @Test
    void saysWhichSettingToChangeWhenThePortIsTaken() {
        assertThatThrownBy(() -> Sandbox.start(sandbox.port(), InstantSource.system()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("sandbox.port");
    }
}

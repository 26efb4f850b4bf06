// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.testkit.Api;
import io.smartmails.testkit.HubHome;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application written for SmartMails works at the hub unchanged: one scripted client drives the hub's {@code /v1} and the
 * engine's, and both answer with the same statuses and bodies of the same shape.
 */
class SameContractIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path home;

    private static HubProcess hub;
    private static Api atHub;
    private static Api atEngine;
    private static Api test;

    @BeforeAll
    static void start() throws Exception {
        HubHome.create(home);
        hub = HubProcess.start(
                "--hub.home=" + home,
                "--server.port=0",
                "--engine.port=0",
                "--sandbox.port=0",
                "--hub.api.read-cache=0s",
                "--smartmails.requests-per-minute=6000",
                "--engine.requests-per-minute=6000");
        Api admin = new Api(hub.url(), hub.firstAdminKey());
        atHub = new Api(hub.url(), key(admin, "live"));
        test = new Api(hub.url(), key(admin, "test"));
        String engineKey = Secrets.open(home.resolve("data/secrets"), new SecureRandom(), Optional.empty())
                .load("engine-key")
                .orElseThrow();
        atEngine = new Api(hub.engineUrl().replaceFirst("/v1/?$", ""), engineKey);
    }

    private static String key(Api admin, String mode) throws Exception {
        Api.Answer made = admin.post(
                "/admin/v1/keys",
                "{\"name\":\"crm " + mode + "\",\"preset\":\"admin\",\"mode\":\"" + mode
                        + "\",\"requests_per_minute\":100000}");
        assertThat(made.status()).as(made.raw().body()).isEqualTo(201);
        return made.body().path("key").asText();
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    /** One side of the comparison: the same steps, each side with names of its own. */
    private static final class Client {
        private final Api api;
        private final String name;
        private final Map<String, String> known = new LinkedHashMap<>();
        private final List<String> told = new ArrayList<>();

        Client(Api api, String name) {
            this.api = api;
            this.name = name;
        }

        private String filled(String text) {
            String filled = text.replace("{me}", name);
            for (var entry : known.entrySet()) {
                filled = filled.replace("{" + entry.getKey() + "}", entry.getValue());
            }
            return filled;
        }

        Api.Answer step(String method, String path, String body) throws Exception {
            Api.Answer answer = api.send(method, "/v1" + filled(path), body == null ? null : filled(body));
            told.add(method + " " + path + " " + (body == null ? "" : body) + "\n    -> " + answer.status() + " "
                    + shape(answer.body(), ""));
            return answer;
        }

        void keep(String as, Api.Answer from, String pointer) {
            known.put(as, from.body().at(pointer).asText());
        }

        /** Names and kinds, and the values that are part of the contract. */
        private static String shape(JsonNode node, String name) {
            if (node.isObject()) {
                var names = new TreeSet<String>();
                node.fieldNames().forEachRemaining(names::add);
                // how somebody consented is told as far as it is known
                names.removeIf(
                        member -> name.equals("consent") && node.get(member).isNull());
                List<String> parts = new ArrayList<>();
                for (String member : names) {
                    parts.add(member.replaceFirst("(hub|engine)$", "") + ":" + shape(node.get(member), member));
                }
                return "{" + String.join(",", parts) + "}";
            }
            if (node.isArray()) {
                List<String> parts = new ArrayList<>();
                node.forEach(item -> parts.add(shape(item, "")));
                return parts.toString();
            }
            boolean told = List.of(
                            "code",
                            "status",
                            "result",
                            "has_more",
                            "index",
                            "pointer",
                            "created",
                            "updated",
                            "unchanged",
                            "stale",
                            "failed",
                            "contact_count",
                            "reason",
                            "scope",
                            "kept_status",
                            "required_scope",
                            "max_items",
                            "first_name",
                            "total",
                            "retryable",
                            "mode",
                            "subject",
                            "state")
                    .contains(name);
            return told
                    ? node.toString()
                    : node.isNull() ? "null" : node.getNodeType().toString();
        }
    }

    private interface Script {
        void run(Client client) throws Exception;
    }

    private static void same(Script script) throws Exception {
        var hubSide = new Client(atHub, "hub");
        var engineSide = new Client(atEngine, "engine");
        script.run(hubSide);
        script.run(engineSide);
        assertThat(String.join("\n", hubSide.told)).isEqualTo(String.join("\n", engineSide.told));
    }

    @Test
    void contactsAreAnsweredAlike() throws Exception {
        same(client -> {
            String ada =
                    "{\"email\":\" Ada.{me}@Example.com \",\"first_name\":\"Ada\",\"external_ids\":{\"crm{me}\":\"7\"},"
                            + "\"fields\":{\"plan\":\"pro\",\"seats\":10},\"tags\":[\"vip\"],\"topics\":{\"news\":true},"
                            + "\"consent\":{\"status\":\"subscribed\",\"method\":\"double\",\"at\":\"2026-01-01T00:00:00Z\","
                            + "\"ip\":\"192.0.2.1\",\"source\":\"form\",\"text\":\"yes\"}}";
            client.keep("ada", client.step("POST", "/contacts", ada), "/id");
            client.step("POST", "/contacts", ada);
            client.step("POST", "/contacts?mode=create_only", ada);
            client.step("POST", "/contacts?mode=update_only", "{\"email\":\"nobody.{me}@example.com\"}");
            client.step("POST", "/contacts?mode=nonsense", ada);
            client.step("GET", "/contacts/{ada}", null);
            client.step("GET", "/contacts/ada.{me}%40example.com", null);
            client.step("GET", "/contacts/ext:crm{me}:7", null);
            client.step("GET", "/contacts/con_00000000000000000000000000", null);
            client.step("GET", "/contacts/none%40example.com", null);
            client.step(
                    "PUT", "/contacts/{ada}", "{\"first_name\":null,\"last_name\":\"L\",\"fields\":{\"seats\":null}}");
            client.step("PUT", "/contacts/{ada}", "{\"last_name\":\"L\"}");
            client.step("PUT", "/contacts/{ada}", "{\"tags\":{\"add\":[\"b\"],\"remove\":[\"vip\"]}}");
            client.step("PUT", "/contacts/{ada}", "{\"tags\":[\"c\"]}");
            client.step("PUT", "/contacts/{ada}?mode=replace", "{\"first_name\":\"Ada\"}");
            client.step("PUT", "/contacts/con_none", "{}");
            client.step("PATCH", "/contacts/{ada}", "{}");
            client.step("DELETE", "/contacts/batch", null);
            client.step("GET", "/contacts?q=ada.{me}&limit=1&include_total=true", null);
            client.step("GET", "/contacts?external_id=crm{me}:7&status=subscribed", null);
            client.step("GET", "/contacts?colour=red", null);
            client.step("GET", "/contacts?limit=0", null);
            client.step("GET", "/contacts?cursor=%21", null);
            client.step("GET", "/contacts?updated_after=yesterday", null);
            client.step("DELETE", "/contacts/{ada}", null);
            client.step("GET", "/contacts/{ada}", null);
            client.step("GET", "/contacts?q=ada.{me}", null);
            client.step("GET", "/contacts?q=ada.{me}&status=archived", null);
            client.step("DELETE", "/contacts/con_none", null);
            client.step("POST", "/contacts", ada);
            client.step("POST", "/contacts/remove", "{\"contacts\":[\"{ada}\",\"con_none\"]}");
            client.step("POST", "/contacts/remove", "{\"contacts\":[]}");
        });
    }

    @Test
    void whatIsWrongWithContactsIsToldAlike() throws Exception {
        same(client -> {
            client.step("POST", "/contacts", "{\"email\":\"w.{me}@example.com\",\"colour\":\"red\"}");
            client.step("POST", "/contacts", "{\"email\":\"no domain\"}");
            client.step("POST", "/contacts", "{\"first_name\":\"A\"}");
            client.step("POST", "/contacts", "{\"email\":7,\"phone\":true,\"tags\":\"x\",\"fields\":[]}");
            client.step("POST", "/contacts", "{\"email\":\"w.{me}@example.com\",\"status\":\"happy\"}");
            client.step(
                    "POST", "/contacts", "{\"email\":\"w.{me}@example.com\",\"consent\":{\"at\":\"soon\",\"x\":1}}");
            client.step("POST", "/contacts", "{\"email\":\"w.{me}@example.com\",\"topics\":{\"a\":\"b\"}}");
            client.step("POST", "/contacts", "{\"email\":\"w.{me}@example.com\",\"lists\":[\"nowhere\"]}");
            client.step("POST", "/contacts", "{\"email\":\"w.{me}@example.com\",\"source_updated_at\":\"x\"}");
            client.step("POST", "/contacts", "{\"email\":");
            client.step("POST", "/contacts", "[]");
            client.step("POST", "/contacts/batch", "{}");
            client.step("POST", "/contacts/batch", "{\"contacts\":[]}");
            client.step("POST", "/contacts/batch", "{\"mode\":\"x\",\"contacts\":[{}]}");
        });
    }

    @Test
    void batchesAreAnsweredAlike() throws Exception {
        same(client -> {
            String batch = "{\"match_on\":[\"external_id:shop{me}\",\"email\"],\"defaults\":{\"tags\":[\"shop\"],"
                    + "\"source\":\"shop\"},\"contacts\":["
                    + "{\"email\":\"b1.{me}@example.com\",\"external_ids\":{\"shop{me}\":\"1\"},\"source_updated_at\":\"2026-02-01T00:00:00Z\"},"
                    + "{\"email\":\"not an address\"},"
                    + "{\"email\":\"b2.{me}@example.com\",\"colour\":\"red\"},"
                    + "{\"email\":\"b3.{me}@example.com\",\"status\":\"subscribed\"}]}";
            client.step("POST", "/contacts/batch", batch);
            client.step("POST", "/contacts/batch", batch);
            client.step(
                    "POST",
                    "/contacts/batch",
                    "{\"contacts\":[{\"email\":\"b1.{me}@example.com\",\"first_name\":\"Old\",\"source\":\"shop\","
                            + "\"source_updated_at\":\"2026-01-01T00:00:00Z\"}]}");
            client.step(
                    "POST",
                    "/contacts/batch",
                    "{\"on_error\":\"abort\",\"contacts\":[{\"email\":\"b4.{me}@example.com\"},{\"email\":\"x\"}]}");
            client.step("GET", "/contacts/b4.{me}%40example.com", null);
            client.step(
                    "POST",
                    "/contacts/batch",
                    "{\"contacts\":[{\"email\":\"b3.{me}@example.com\",\"external_ids\":{\"shop{me}\":\"1\"}}]}");
            client.step(
                    "POST",
                    "/contacts/batch",
                    "{\"mode\":\"create_only\",\"contacts\":[{\"email\":\"b3.{me}@example.com\"}]}");
            client.step(
                    "POST",
                    "/contacts/batch",
                    "{\"mode\":\"update_only\",\"contacts\":[{\"email\":\"b9.{me}@example.com\"}]}");
            client.step("POST", "/contacts/batch", "{\"contacts\":[" + "{},".repeat(1000) + "{}]}");
        });
    }

    @Test
    void optOutsAbsorbAlike() throws Exception {
        same(client -> {
            client.keep(
                    "eve",
                    client.step("POST", "/contacts", "{\"email\":\"eve.{me}@example.com\",\"status\":\"subscribed\"}"),
                    "/id");
            client.step("POST", "/contacts/{eve}/unsubscribe", "{\"source\":\"page\",\"ip\":\"192.0.2.7\"}");
            client.step("GET", "/suppressions/eve.{me}%40example.com", null);
            client.step("POST", "/contacts", "{\"email\":\"eve.{me}@example.com\",\"status\":\"subscribed\"}");
            client.step(
                    "POST",
                    "/contacts?resubscribe=true",
                    "{\"email\":\"eve.{me}@example.com\",\"consent\":{\"status\":\"subscribed\",\"at\":\"2020-01-01T00:00:00Z\"}}");
            client.step(
                    "POST",
                    "/contacts/batch",
                    "{\"contacts\":[{\"email\":\"eve.{me}@example.com\",\"status\":\"subscribed\"}]}");
            client.step("POST", "/contacts/{eve}/subscribe", "{\"source\":\"page\",\"consent_text\":\"yes, again\"}");
            client.step("GET", "/suppressions/eve.{me}%40example.com", null);
            client.step("POST", "/contacts/{eve}/unsubscribe", "{\"topics\":[\"news\"]}");
            client.step("POST", "/contacts/con_none/unsubscribe", "{}");
            client.step("POST", "/contacts/{eve}/unsubscribe", "{\"why\":\"x\"}");
        });
    }

    @Test
    void listsAreAnsweredAlike() throws Exception {
        same(client -> {
            client.keep(
                    "list",
                    client.step("POST", "/lists", "{\"name\":\"Readers {me}\",\"description\":\"who read\"}"),
                    "/id");
            client.step("POST", "/lists", "{\"name\":\"Readers {me}\"}");
            client.step("POST", "/lists", "{\"name\":\"\"}");
            client.step("POST", "/lists", "{\"title\":\"x\"}");
            client.step("GET", "/lists?name=Readers%20{me}", null);
            client.keep("fay", client.step("POST", "/contacts", "{\"email\":\"fay.{me}@example.com\"}"), "/id");
            client.step(
                    "POST",
                    "/lists/{list}/contacts",
                    "{\"contacts\":[\"{fay}\",\"gus.{me}@example.com\",\"con_none\"],\"create_missing\":true}");
            client.step("POST", "/lists/{list}/contacts", "{\"contacts\":[\"{fay}\",\"hal.{me}@example.com\"]}");
            client.step("GET", "/lists/{list}/contacts?sort=created_at", null);
            client.step("GET", "/lists/{list}", null);
            client.step("GET", "/contacts?list_id={list}&limit=1&sort=created_at", null);
            client.step("POST", "/lists/{list}/contacts/remove", "{\"contacts\":[\"{fay}\",\"{fay}\",\"con_none\"]}");
            client.step("PUT", "/lists/{list}", "{\"name\":\"Renamed {me}\"}");
            client.step("PUT", "/lists/{list}", "{\"description\":null,\"double_opt_in\":true}");
            client.step("PUT", "/lists/{list}", "{\"name\":null}");
            client.step("POST", "/contacts", "{\"email\":\"ivy.{me}@example.com\",\"lists\":[\"Renamed {me}\"]}");
            client.step("PUT", "/contacts/{fay}", "{\"lists\":{\"add\":[\"{list}\"]}}");
            client.step("GET", "/lists/{list}", null);
            client.step("PUT", "/lists/lst_none", "{\"name\":\"x\"}");
            client.step("GET", "/lists/lst_none/contacts", null);
            client.step("POST", "/lists/lst_none/contacts", "{\"contacts\":[\"{fay}\"]}");
            client.step("DELETE", "/lists/{list}", null);
            client.step("GET", "/lists/{list}", null);
            client.step("DELETE", "/lists/{list}", null);
            client.step("GET", "/contacts/{fay}", null);
        });
    }

    @Test
    void suppressionsAreAnsweredAlike() throws Exception {
        same(client -> {
            client.step("POST", "/contacts", "{\"email\":\"jo.{me}@example.com\",\"status\":\"subscribed\"}");
            client.step(
                    "POST",
                    "/suppressions",
                    "{\"items\":[{\"email\":\"Jo.{me}@example.com\",\"reason\":\"complaint\"},{\"email\":\"x\"},"
                            + "{\"email\":\"kim.{me}@example.com\",\"note\":\"asked by phone\"},{},"
                            + "{\"email\":\"kim.{me}@example.com\",\"scope\":\"some\"}]}");
            client.step("POST", "/suppressions", "{\"items\":[]}");
            client.step("GET", "/contacts/jo.{me}%40example.com", null);
            client.step("GET", "/suppressions/jo.{me}%40example.com", null);
            client.step("GET", "/suppressions/none.{me}%40example.com", null);
            client.step("GET", "/suppressions?reason=nothing", null);
            client.step("GET", "/suppressions?sort=updated_at", null);
            client.step("DELETE", "/suppressions/jo.{me}%40example.com", null);
            client.step("DELETE", "/suppressions/jo.{me}%40example.com?force=true", null);
            client.step("DELETE", "/suppressions/kim.{me}%40example.com", null);
            client.step("DELETE", "/suppressions/kim.{me}%40example.com", null);
        });
    }

    @Test
    void whatIsPassedThroughIsAnsweredAlike() throws Exception {
        same(client -> {
            client.step("GET", "/ping", null);
            client.step(
                    "POST",
                    "/templates",
                    "{\"alias\":\"hello-{me}\",\"name\":\"Hello\",\"subject\":\"Hi\",\"text\":\"Hi {{ name }}\"}");
            client.step(
                    "POST",
                    "/templates",
                    "{\"alias\":\"hello-{me}\",\"name\":\"Hello\",\"subject\":\"Hi\",\"text\":\"Hi\"}");
            client.step("POST", "/templates", "{\"subject\":7}");
            client.step("GET", "/templates/hello-{me}", null);
            client.step("PUT", "/templates/hello-{me}", "{\"subject\":\"Hello\"}");
            client.step("GET", "/templates/hello-{me}", null);
            client.step("POST", "/templates/hello-{me}/publish", null);
            client.step("POST", "/templates/hello-{me}/render", "{\"variables\":{\"name\":\"Ada\"}}");
            client.step("GET", "/templates/none", null);
            client.step("PATCH", "/templates/hello-{me}", "{}");
            client.step("GET", "/nothing", null);
            client.step("POST", "/messages/preview", "{\"to\":[\"a@example.com\"],\"subject\":\"S\",\"text\":\"T\"}");
            client.step("DELETE", "/templates/hello-{me}", null);
        });
        Api.Answer stale = atHub.send("PUT", "/v1/templates/none", "{}");
        assertThat(stale.body().path("request_id").asText())
                .isEqualTo(stale.raw().headers().firstValue("X-Request-Id").orElseThrow());
        assertThat(atHub.get("/v1/account")
                        .body()
                        .path("limits")
                        .path("contacts_per_batch")
                        .asInt())
                .isEqualTo(1000);
    }

    private static JsonNode engineContact(String email) throws Exception {
        return atEngine.get("/v1/contacts/" + email.replace("@", "%40")).body();
    }

    private static void inEngine(String email, String pointer, String value) {
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(engineContact(email).at(pointer).toString()).isEqualTo(value));
    }

    @Test
    void whatTheLedgerAnswersIsSoonSoAtSmartMails() throws Exception {
        String list = atHub.post("/v1/lists", "{\"name\":\"Synced\",\"description\":\"from an application\"}")
                .body()
                .path("id")
                .asText();
        Api.Answer made = atHub.post(
                "/v1/contacts",
                "{\"email\":\"liz@example.com\",\"first_name\":\"Liz\",\"phone\":\"+491\",\"tags\":[\"a\",\"b\"],\"lists\":[\""
                        + list + "\"],\"consent\":{\"status\":\"subscribed\",\"at\":\"2026-01-01T00:00:00Z\"}}");
        assertThat(made.raw().headers().firstValue("X-Hub-Receipt")).isPresent();
        inEngine("liz@example.com", "/first_name", "\"Liz\"");
        inEngine("liz@example.com", "/status", "\"subscribed\"");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(engineContact("liz@example.com").path("lists"))
                        .hasSize(1));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(atEngine.get("/v1/lists?name=Synced")
                                .body()
                                .at("/data/0/description")
                                .asText())
                        .isEqualTo("from an application"));

        atHub.send(
                "PUT",
                "/v1/contacts/liz%40example.com",
                "{\"email\":\"elizabeth@example.com\",\"phone\":null,\"tags\":{\"remove\":[\"a\"]},\"lists\":[]}");
        inEngine("elizabeth@example.com", "/tags", "[\"b\"]");
        inEngine("elizabeth@example.com", "/phone", "null");
        inEngine("elizabeth@example.com", "/lists", "[]");
        assertThat(engineContact("liz@example.com").path("code").asText()).isEqualTo("not_found");

        atHub.send("PUT", "/v1/lists/" + list, "{\"name\":\"Renamed there too\"}");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(atEngine.get("/v1/lists?name=Renamed%20there%20too")
                                .body()
                                .path("data"))
                        .hasSize(1));
        assertThat(atEngine.get("/v1/lists?name=Synced").body().path("data")).isEmpty();

        atHub.post("/v1/contacts/elizabeth%40example.com/unsubscribe", "{}");
        inEngine("elizabeth@example.com", "/status", "\"unsubscribed\"");
        atHub.post("/v1/contacts/elizabeth%40example.com/subscribe", "{}");
        inEngine("elizabeth@example.com", "/status", "\"subscribed\"");

        atHub.post(
                "/v1/suppressions", "{\"items\":[{\"email\":\"elizabeth@example.com\",\"reason\":\"hard_bounce\"}]}");
        inEngine("elizabeth@example.com", "/status", "\"bounced\"");
        atHub.send("DELETE", "/v1/suppressions/elizabeth%40example.com", null);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(atEngine.get("/v1/suppressions/elizabeth%40example.com")
                                .status())
                        .isEqualTo(404));

        atHub.send("DELETE", "/v1/contacts/elizabeth%40example.com", null);
        inEngine("elizabeth@example.com", "/status", "\"archived\"");
        atHub.send("DELETE", "/v1/lists/" + list, null);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(atEngine.get("/v1/lists?name=Renamed%20there%20too")
                                .body()
                                .path("data"))
                        .isEmpty());
    }

    @Test
    void whatATestKeyWritesStaysApartAndNeverLeaves() throws Exception {
        Api.Answer made = test.post("/v1/contacts", "{\"email\":\"mia@example.com\",\"first_name\":\"Test\"}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.raw().headers().firstValue("X-Hub-Receipt")).isEmpty();
        String id = made.body().path("id").asText();
        String list =
                test.post("/v1/lists", "{\"name\":\"Tried\"}").body().path("id").asText();
        test.post("/v1/suppressions", "{\"items\":[{\"email\":\"mia@example.com\"}]}");
        assertThat(test.get("/v1/contacts/" + id).status()).isEqualTo(200);
        assertThat(atHub.get("/v1/contacts/" + id).status()).isEqualTo(404);
        assertThat(atHub.get("/v1/contacts/mia%40example.com").status()).isEqualTo(404);
        assertThat(atHub.get("/v1/lists/" + list).status()).isEqualTo(404);
        assertThat(atHub.get("/v1/suppressions/mia%40example.com").status()).isEqualTo(404);

        String live = atHub.post("/v1/contacts", "{\"email\":\"nia@example.com\",\"first_name\":\"Live\"}")
                .body()
                .path("id")
                .asText();
        inEngine("nia@example.com", "/first_name", "\"Live\"");
        assertThat(test.get("/v1/contacts/" + live).status()).isEqualTo(404);
        assertThat(engineContact("mia@example.com").path("code").asText()).isEqualTo("not_found");
        assertThat(atEngine.get("/v1/lists?name=Tried").body().path("data")).isEmpty();
        assertThat(atEngine.get("/v1/suppressions/mia%40example.com").status()).isEqualTo(404);
        assertThat(test.send("PUT", "/v1/templates/x", "{}").body().path("code").asText())
                .isEqualTo("test_key");
    }
}

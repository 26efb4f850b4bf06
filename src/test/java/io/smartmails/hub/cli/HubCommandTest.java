// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smartmails.key.ApiKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCommandTest {
    private static final String STORY = """
            {"receipt":"env_1","connection":"demo-shop","topic":"orders/paid","received_at":"2026-01-05T10:00:00Z",
             "fate":"delivered","messages":{"msg_1":"sent"},"entries":[
              {"at":"2026-01-05T10:00:00Z","stage":"intake","what":"accepted","detail":"journalled","ref":"env_1"},
              {"at":"2026-01-05T10:00:00.250Z","stage":"smartmails","what":"delivered","detail":"took it","ref":"msg_1"}]}""";

    @TempDir
    Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> environment = new HashMap<>();
    private FakeHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new FakeHub();
        Files.createDirectories(home.resolve("data"));
        Files.writeString(home.resolve("data/cli.yaml"), "url: " + hub.url() + "\nkey: " + FakeHub.KEY + "\n");
        environment.put("HUB_HOME", home.toString());
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void theHelpListsEveryCommandAndNothingThatIsNotThere() {
        assertThat(run("help")).isZero();
        assertThat(out.toString())
                .contains(
                        "webhook",
                        "why",
                        "dead-letters",
                        "replay",
                        "routes",
                        "connections",
                        "connector",
                        "keys",
                        "counts",
                        "budget",
                        "inbox",
                        "doctor",
                        "--json",
                        "--url",
                        "--home")
                .doesNotContain("torture", "drill", "audit", "sync");
    }

    @Test
    void everyCommandExplainsItself() {
        for (String command : List.of(
                "webhook send",
                "webhook samples",
                "why",
                "dead-letters list",
                "dead-letters show",
                "dead-letters replay",
                "replay",
                "routes list",
                "routes check",
                "connections list",
                "connector test",
                "keys generate",
                "keys list",
                "keys create",
                "keys revoke",
                "counts",
                "budget",
                "inbox",
                "doctor")) {
            assertThat(run((command + " --help").split(" "))).as(command).isZero();
            assertThat(out.toString()).as(command).contains("Usage: ./hub " + command, "--json");
        }
    }

    @Test
    void wrongUsageIsExitCodeTwo() {
        assertThat(run("nonsense")).isEqualTo(2);
        assertThat(run("why")).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required parameter: 'RECEIPT'");
        assertThat(run("dead-letters")).isEqualTo(2);
        assertThat(run("counts", "--nonsense")).isEqualTo(2);
        assertThat(run("inbox", "--limit", "many")).isEqualTo(2);
    }

    @Test
    void settingsOfTheHubAreNoCommands() {
        assertThat(HubCommand.isCommand("--server.port=9000")).isFalse();
        assertThat(HubCommand.isCommand("--help")).isFalse();
        assertThat(HubCommand.isCommand("counts")).isTrue();
        assertThat(HubCommand.isCommand("nonsense")).isTrue();
        assertThat(HubCommand.isCommand("--url=http://127.0.0.1:1")).isTrue();
        assertThat(HubCommand.isCommand("--hub.home=/srv/hub")).isFalse();
    }

    @Test
    void addressAndKeyComeFromTheHomeFolderUnlessSaidOtherwise() throws IOException {
        hub.when("GET /admin/v1/budget", 200, "{\"limit\":60,\"used\":7,\"free\":53,\"refusal\":null}");
        assertThat(run("budget")).isZero();
        assertThat(out.toString()).contains("7 of 60 requests used", "53 free");

        environment.put("HUB_ADMIN_KEY", "sml_other");
        assertThat(run("budget")).isEqualTo(1);
        assertThat(err.toString()).contains("No such key", "HUB_ADMIN_KEY").doesNotContain("sml_other");

        environment.remove("HUB_ADMIN_KEY");
        environment.put("HUB_URL", "http://127.0.0.1:1");
        assertThat(run("budget")).isEqualTo(1);
        assertThat(err.toString()).contains("No hub answers at http://127.0.0.1:1");
        assertThat(run("budget", "--url", hub.url())).isZero();
        assertThat(run("budget", "--url", "localhost")).isEqualTo(1);
        assertThat(err.toString()).contains("'localhost' is no address of a hub");

        Files.delete(home.resolve("data/cli.yaml"));
        assertThat(run("budget", "--url", hub.url())).isEqualTo(1);
        assertThat(err.toString()).contains("No admin key is known");
    }

    @Test
    void whyTellsTheStory() {
        hub.when("GET /admin/v1/timeline/env_1", 200, STORY);
        assertThat(run("why", "env_1")).isZero();
        assertThat(out.toString())
                .contains("orders/paid from demo-shop: delivered", "journalled", "250 ms", "msg_1 is sent");
        assertThat(run("why", "env_2")).isEqualTo(1);
        assertThat(run("why", "a b/../c")).isEqualTo(1);
        assertThat(hub.last().path()).isEqualTo("/admin/v1/timeline/a%20b%2F..%2Fc");
    }

    @Test
    void jsonIsWhatTheHubSaid() throws IOException {
        hub.when("GET /admin/v1/timeline/env_1", 200, STORY);
        assertThat(run("why", "--json", "env_1")).isZero();
        assertThat(json().get("fate").asText()).isEqualTo("delivered");

        assertThat(run("why", "--json", "env_2")).isEqualTo(1);
        assertThat(json().get("error").asText()).contains("No GET /admin/v1/timeline/env_2");
    }

    @Test
    void deadLettersAreListedShownAndReplayed() {
        hub.when("GET /admin/v1/dead-letters?limit=50", 200, """
                        {"data":[{"id":"env_1","stage":"translation","about":"demo-shop orders/paid","cause":"no\\u001b[2J field"}]}""")
                .when("GET /admin/v1/dead-letters/env_1", 200, """
                        {"id":"env_1","stage":"translation","about":"demo-shop orders/paid","cause":"no field","cure":"Mend it",
                         "receipt":"env_1","attempts":1,"payload":{"encoding":"text","content":"{}","bytes":2}}""")
                .when("POST /admin/v1/dead-letters/env_1/replay", 202, "{\"id\":\"env_1\",\"receipt\":\"env_1\"}")
                .when(
                        "POST /admin/v1/dead-letters/env_2/replay",
                        409,
                        FakeHub.problem(409, "invalid_state", "It is waiting, not dead"));

        assertThat(run("dead-letters", "list")).isZero();
        assertThat(out.toString()).contains("env_1", "translation").doesNotContain("\u001b");
        assertThat(run("dead-letters", "show", "env_1")).isZero();
        assertThat(out.toString()).contains("Mend it", "2 bytes");
        assertThat(run("replay", "env_1", "--reason", "mended")).isZero();
        assertThat(out.toString()).contains("./hub why env_1");
        assertThat(hub.last().body()).isEqualTo("{\"reason\":\"mended\"}");
        assertThat(run("dead-letters", "replay", "env_2")).isEqualTo(1);
        assertThat(err.toString()).contains("It is waiting, not dead");
    }

    @Test
    void keysAreMadeListedAndRevoked() {
        hub.when("POST /admin/v1/keys", 201, "{\"id\":\"key_1\",\"preset\":\"sending\",\"key\":\"sml_new\"}")
                .when("GET /admin/v1/keys", 200, """
                        {"data":[{"id":"key_1","name":"my app","preset":"sending","status":"active","display":"sml_Ab12...9fQz",
                                  "requests_per_minute":60}]}""")
                .when("DELETE /admin/v1/keys/key_1", 204, "");

        assertThat(run("keys", "create", "my app")).isZero();
        assertThat(out.toString()).startsWith("sml_new");
        assertThat(hub.last().body()).isEqualTo("{\"name\":\"my app\"}");
        assertThat(run("keys", "list")).isZero();
        assertThat(out.toString()).contains("key_1", "my app", "sml_Ab12...9fQz");
        assertThat(run("keys", "revoke", "key_1")).isZero();
        assertThat(run("keys", "revoke", "key_2")).isEqualTo(1);
    }

    @Test
    void keysAreShapedChangedRolledAndSwitched() throws IOException {
        String key = """
                {"id":"key_1","name":"crm","preset":"custom","status":"expiring","display":"sml_Ab12...9fQz","mode":"test",
                 "scopes":["messages:send"],"limits":["10/s","60/min"],"allowed_ips":["192.0.2.0/24"],"denied_ips":[],
                 "allowed_senders":[],"expires_at":"2030-01-31T00:00:00.000Z","rotate_every":"P90D","rotation_due":true,
                 "last_used_at":null,"replaced_by":null,"key":"smt_new"}""";
        hub.when("POST /admin/v1/keys", 201, key)
                .when("GET /admin/v1/keys/key_1", 200, key)
                .when("PUT /admin/v1/keys/key_1", 200, key)
                .when("POST /admin/v1/keys/key_1/roll", 201, key)
                .when("POST /admin/v1/keys/key_1/disable", 200, key)
                .when("POST /admin/v1/keys/key_1/enable", 200, key)
                .when("GET /admin/v1/keys?status=expiring&name=c%20m&limit=2", 200, """
                        {"data":[%s],"has_more":true,"next_cursor":"abc"}""".formatted(key))
                .when("GET /admin/v1/keys/key_1/usage?hours=48", 200, """
                        {"data":[{"hour":"2026-11-24T08:00:00.000Z","requests":7,"status_429":2,"p95_ms":11.3}]}""");

        assertThat(run(
                        "keys",
                        "create",
                        "crm",
                        "--test",
                        "--scope",
                        "messages:send,messages:read",
                        "--limit",
                        "10/s,60/min",
                        "--allow-ip",
                        "192.0.2.0/24",
                        "--expires",
                        "2030-01-31T00:00:00Z"))
                .isZero();
        assertThat(hub.last().body())
                .isEqualTo("{\"name\":\"crm\",\"mode\":\"test\",\"scopes\":[\"messages:send\",\"messages:read\"],"
                        + "\"limits\":[\"10/s\",\"60/min\"],\"allowed_ips\":[\"192.0.2.0/24\"],"
                        + "\"expires_at\":\"2030-01-31T00:00:00Z\"}");
        assertThat(run("keys", "list", "--status", "expiring", "--name", "c m", "--limit", "2"))
                .isZero();
        assertThat(out.toString()).contains("expiring, roll it", "10/s 60/min", "--cursor abc");
        assertThat(run("keys", "show", "key_1")).isZero();
        assertThat(out.toString())
                .contains("192.0.2.0/24", "every P90D: due", "2030-01-31")
                .doesNotContain("smt_new");
        assertThat(run("keys", "change", "key_1")).isEqualTo(2);
        assertThat(run("keys", "change", "key_1", "--allow-ip", "none", "--expires", "never", "--name", "c"))
                .isZero();
        assertThat(hub.last().body()).isEqualTo("{\"allowed_ips\":[],\"expires_at\":null,\"name\":\"c\"}");
        assertThat(run("keys", "roll", "key_1", "--grace", "P7D")).isZero();
        assertThat(out.toString()).startsWith("smt_new").contains("takes the place of key_1");
        assertThat(hub.last().body()).isEqualTo("{\"grace_period\":\"P7D\"}");
        assertThat(run("keys", "disable", "key_1")).isZero();
        assertThat(run("keys", "enable", "key_1", "--json")).isZero();
        assertThat(json().get("id").asText()).isEqualTo("key_1");
        assertThat(run("keys", "usage", "key_1", "--hours", "48")).isZero();
        assertThat(out.toString()).contains("11.3");
        assertThat(run("keys", "create", "--help")).isZero();
        assertThat(out.toString()).contains("Examples:", "--rotate-every");
    }

    @Test
    void aGeneratedKeyIsWellFormedAndNeedsNoHub() {
        environment.put("HUB_URL", "http://127.0.0.1:1");
        assertThat(run("keys", "generate")).isZero();
        assertThat(ApiKey.isWellFormed(out.toString().strip())).isTrue();
    }

    @Test
    void theInboxAndTheListsAreTables() {
        hub.when("GET /admin/v1/inbox?limit=20&to=ada%40example.com", 200, """
                        {"data":[{"at":"2026-01-05T10:00:00Z","to":["ada@example.com"],"subject":"Your order"}]}""")
                .when("GET /admin/v1/routes", 200, """
                        {"data":[{"id":"welcome","file":"routes/welcome.yaml","from":"event:x","state":"broken","line":4,
                                  "reason":"no such option","waiting":2,"poll_failure":null}]}""")
                .when("GET /admin/v1/connections", 200, """
                        {"data":[{"name":"demo-crm","connector":"salesforce","webhook":"/webhooks/demo-crm/***"}]}""")
                .when("GET /admin/v1/counts", 200, """
                        {"accepted":1,"delivered":1,"dropped":0,"dead":0,"waiting":0,"duplicates":3,"refused":4,
                         "envelopes":{"accepted":1,"translated":1,"no_event":0,"dead":0,"waiting":0},
                         "runs":{"accepted":1,"done":1,"dead":0,"waiting":0},
                         "items":{"accepted":1,"delivered":1,"dropped":0,"dead":0,"waiting":0}}""");

        assertThat(run("inbox", "--to", "ada@example.com")).isZero();
        assertThat(out.toString()).contains("Your order");
        assertThat(run("routes", "list")).isZero();
        assertThat(out.toString()).contains("broken", "routes/welcome.yaml:4: no such option");
        assertThat(run("connections", "list")).isZero();
        assertThat(out.toString()).contains("/webhooks/demo-crm/***");
        assertThat(run("counts")).isZero();
        assertThat(out.toString())
                .contains("1 accepted = 1 translated + 0 no event + 0 dead + 0 waiting", "3 repeats and 4 refused");
    }

    @Test
    void theDoctorNamesWhatIsWrong() throws IOException {
        Files.createDirectories(home.resolve("data/secrets"));
        hub.when("GET /actuator/health/readiness", 200, "{\"status\":\"UP\"}")
                .when("GET /admin/v1/counts", 200, "{\"dead\":2}")
                .when("GET /admin/v1/routes", 200, "{\"data\":[{\"id\":\"welcome\",\"reason\":null}]}")
                .when("GET /admin/v1/budget", 200, "{\"refusal\":null}");

        assertThat(run("doctor")).isZero();
        assertThat(out.toString()).contains("2 receipts are dead", "data/secrets", "--secrets-backed-up");
        assertThat(run("doctor", "--secrets-backed-up", "--json")).isZero();
        assertThat(json().get("ok").asBoolean()).isTrue();
        assertThat(run("doctor")).isZero();
        assertThat(out.toString()).contains("backed up, as you said");

        hub.when("GET /actuator/health/readiness", 503, "{\"status\":\"OUT_OF_SERVICE\"}")
                .when("GET /admin/v1/budget", 200, "{\"refusal\":\"401 unknown_key\"}");
        assertThat(run("doctor")).isEqualTo(1);
        assertThat(out.toString()).contains("OUT_OF_SERVICE", "401 unknown_key");
        assertThat(run("doctor", "--url", "http://127.0.0.1:1")).isEqualTo(1);
        assertThat(out.toString()).contains("No hub answers");
    }

    @Test
    void routeFilesAreCheckedWithoutAHub() throws IOException {
        Path routes = Files.createDirectories(home.resolve("routes"));
        Files.writeString(routes.resolve("good.yaml"), """
                # A buyer gets one confirmation per paid order.
                - route:
                    id: good
                    from:
                      uri: event:order.paid
                      steps:
                        - to:
                            uri: smartmails:send
                            parameters:
                              template: order-confirmation
                """);
        assertThat(run("routes", "check")).as(out.toString()).isZero();
        assertThat(out.toString()).contains("good.yaml: ok, rule good");

        Files.writeString(routes.resolve("wrong.yaml"), """
                # Wrong.
                - route:
                    id: wrong
                    from:
                      uri: event:order.paid
                      steps:
                        - to:
                            uri: smartmails:send
                            parameters:
                              templat: order-confirmation
                """);
        assertThat(run("routes", "check", routes.toString())).isEqualTo(1);
        assertThat(out.toString()).containsPattern("wrong\\.yaml:\\d+: .*templat");
        assertThat(run("routes", "check", home.resolve("nothing").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("cannot be read");
    }

    @Test
    void aSampleIsSignedAndPosted() throws IOException {
        shippedFolders();
        hub.when("POST /webhooks/demo-shop", 200, "", Map.of("X-Hub-Receipt", "env_1", "X-Hub-Duplicate", "true"));

        assertThat(run("webhook", "send", "demo-shop", "orders/paid", "--event-id", "event-7", "--set", "/id=1002"))
                .as(err.toString())
                .isZero();

        assertThat(out.toString())
                .contains("200 accepted, a repeat", "env_1", "./hub why env_1", "/console/timeline/env_1");
        assertThat(hub.last().headers())
                .containsEntry("x-shopify-event-id", "event-7")
                .containsKey("x-shopify-hmac-sha256")
                .doesNotContainKey("authorization");
        assertThat(hub.last().body()).contains("\"id\":1002");
        assertThat(run("webhook", "send", "demo-shop", "orders/paid", "--json")).isZero();
        assertThat(json().get("receipt").asText()).isEqualTo("env_1");
        assertThat(json().get("duplicate").asBoolean()).isTrue();
    }

    @Test
    void aRefusedOrUnknownSampleFails() throws IOException {
        shippedFolders();
        hub.when("POST /webhooks/demo-shop", 401, FakeHub.problem(401, "signature_mismatch", "The signature is wrong"));

        assertThat(run("webhook", "send", "demo-shop", "orders/paid")).isEqualTo(1);
        assertThat(err.toString()).contains("401 signature_mismatch The signature is wrong");
        assertThat(run("webhook", "send", "demo-shop", "orders/nothing")).isEqualTo(1);
        assertThat(err.toString()).contains("./hub webhook samples demo-shop");
        assertThat(run("webhook", "send", "nobody", "orders/paid")).isEqualTo(1);
        assertThat(err.toString()).contains("There is no connection 'nobody'", "demo-shop");
        assertThat(run("webhook", "samples", "demo-shop")).isZero();
        assertThat(out.toString()).contains("orders-paid");
    }

    @Test
    void aFileOfOnesOwnIsSignedAndPosted() throws IOException {
        shippedFolders();
        hub.when("POST /webhooks/demo-shop", 200, "", Map.of("X-Hub-Receipt", "env_1"));
        Path order = Files.writeString(home.resolve("order.json"), "{\"id\":1}");

        assertThat(run("webhook", "send", "demo-shop", "orders/paid", "--file", order.toString()))
                .isZero();
        assertThat(hub.last().body()).isEqualTo("{\"id\":1}");
        assertThat(run("webhook", "send", "demo-shop", "orders/paid", "--file", home + "/none"))
                .isEqualTo(1);
    }

    @Test
    void aConnectorIsTestedWithoutAHub() throws IOException {
        shippedFolders();
        assertThat(run("connector", "test", "shopify")).as(out.toString()).isZero();
        assertThat(out.toString()).contains("orders-paid", "rejects/", "0 failed");
        assertThat(run("connector", "test", "nothing")).isEqualTo(1);
        assertThat(err.toString()).contains("there are", "shopify");

        Files.writeString(home.resolve("connectors/shopify/samples/orders-paid/event.json"), "[]");
        assertThat(run("connector", "test", "shopify")).isEqualTo(1);
        assertThat(out.toString()).contains("FAILED orders-paid");
    }

    /** The connectors and connections of this project, copied, so that a test may change them. */
    private void shippedFolders() throws IOException {
        for (String folder : List.of("connectors", "config")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.toList()) {
                    Path copy = home.resolve(file.toString());
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(copy);
                    } else {
                        Files.copy(file, copy);
                    }
                }
            }
        }
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return HubCommand.run(environment, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.smartmails.key.ApiKey;
import io.smartmails.testkit.Api;
import io.smartmails.testkit.HubHome;
import io.smartmails.testkit.RawHttp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every family of hostile input against a whole hub, by raw sockets: a clear problem, nothing processed, and another caller
 * unharmed. The hub trusts 127.0.0.1 as a proxy, so that each case comes from an address of its own.
 */
class HostileInputIT {
    private static final int KEYS = 4;
    private static final String DENIED = "198.51.100.66";
    private static final String STRANGE_KEY = ApiKey.generate(ApiKey.LIVE, new Random(3));

    @TempDir
    static Path home;

    private static HubProcess hub;
    private static Api admin;
    private static Api innocent;
    private static String key;
    private static String reader;
    private static int addresses;

    @BeforeAll
    static void start() throws Exception {
        HubHome.create(home);
        hub = HubProcess.start(
                "--hub.home=" + home,
                "--server.port=0",
                "--engine.port=0",
                "--sandbox.port=0",
                "--hub.gateway.trusted-proxies=127.0.0.1",
                "--hub.gateway.deny=" + DENIED);
        admin = new Api(hub.url(), hub.firstAdminKey());
        key = newKey("sending", 100_000);
        reader = newKey("read_only", 100_000);
        innocent = new Api(hub.url(), newKey("sending", 100_000));
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static String newKey(String preset, int perMinute) throws Exception {
        return admin.post(
                        "/admin/v1/keys",
                        "{\"name\":\"k\",\"preset\":\"" + preset + "\",\"requests_per_minute\":" + perMinute + "}")
                .body()
                .path("key")
                .asText();
    }

    private static String from() {
        addresses++;
        return "X-Forwarded-For: 203.0." + addresses / 250 + "." + (addresses % 250 + 1) + "\r\n";
    }

    /** @param statuses any of them is right */
    record Case(String name, String request, String code, List<Integer> statuses) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case is(String name, String code, int status, String request) {
        return new Case(name, request, code, List.of(status));
    }

    private static String get(String path, String... fields) {
        return head("GET", path, fields) + "\r\n";
    }

    private static String head(String method, String path, String... fields) {
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: hub\r\n" + from());
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        return head.toString();
    }

    private static String post(String path, String body, String... fields) {
        List<String> all = new ArrayList<>(List.of("Content-Type: application/json"));
        all.addAll(Arrays.asList(fields));
        all.add("Content-Length: " + body.length());
        return head("POST", path, all.toArray(String[]::new)) + "\r\n" + body;
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    private static String message(String to) {
        return "{\"to\":[\"" + to + "\"],\"subject\":\"s\",\"text\":\"t\"}";
    }

    private static String send(String body, String... fields) {
        List<String> all = new ArrayList<>(List.of(bearer(key)));
        all.addAll(Arrays.asList(fields));
        return post("/v1/messages", body, all.toArray(String[]::new));
    }

    static Stream<Case> credentials() {
        String nearMiss = key.substring(0, 31) + (key.charAt(31) == 'a' ? 'b' : 'a');
        return Stream.of(
                is("no credential", "missing_key", 401, get("/v1/ping")),
                is("empty", "missing_key", 401, get("/v1/ping", "Authorization:")),
                is("wrong scheme", "missing_key", 401, get("/v1/ping", "Authorization: Basic " + key)),
                is("scheme glued", "missing_key", 401, get("/v1/ping", "Authorization: Bearer" + key)),
                is("bare key", "missing_key", 401, get("/v1/ping", "Authorization: " + key)),
                is("no key", "malformed_key", 401, get("/v1/ping", "Authorization: Bearer")),
                is("blanks only", "malformed_key", 401, get("/v1/ping", "Authorization: Bearer    ")),
                is("tab between", "missing_key", 401, get("/v1/ping", "Authorization: Bearer\t" + key)),
                is("key and more", "malformed_key", 401, get("/v1/ping", bearer(key + " x"))),
                is("key longer", "malformed_key", 401, get("/v1/ping", bearer(key + "x"))),
                is("key shorter", "malformed_key", 401, get("/v1/ping", bearer(key.substring(0, 31)))),
                is("near miss", "malformed_key", 401, get("/v1/ping", bearer(nearMiss))),
                is("other case", "malformed_key", 401, get("/v1/ping", bearer(key.toUpperCase(java.util.Locale.ROOT)))),
                is("never made", "unknown_key", 401, get("/v1/ping", bearer(STRANGE_KEY))),
                is("non-ASCII", "malformed_key", 401, get("/v1/ping", bearer("\u00e4" + key.substring(1)))),
                is("over-long", "malformed_key", 401, get("/v1/ping", bearer("x".repeat(8_000)))),
                is("two headers", "invalid_request", 400, get("/v1/ping", bearer(key), bearer(key))),
                is("two in one", "invalid_request", 400, get("/v1/ping", bearer(key) + ", Bearer " + key)),
                is("in the query", "key_in_url", 401, get("/v1/ping?api_key=" + key)),
                is("in the query, encoded", "key_in_url", 401, get("/v1/ping?k=%73" + key.substring(1))),
                is("in the query too", "key_in_url", 401, get("/v1/ping?access_token=" + key, bearer(key))),
                is("in the path", "key_in_url", 401, get("/v1/messages/" + key)),
                is(
                        "in a form",
                        "key_in_url",
                        401,
                        head(
                                        "POST",
                                        "/v1/messages",
                                        "Content-Type: application/x-www-form-urlencoded",
                                        "Content-Length: " + ("access_token=" + key).length())
                                + "\r\naccess_token=" + key),
                is("scope", "missing_scope", 403, post("/v1/messages", message("a@example.com"), bearer(reader))),
                is("admin scope", "missing_scope", 403, get("/admin/v1/keys", bearer(key))),
                is("metrics", "missing_key", 401, get("/actuator/prometheus")));
    }

    static Stream<Case> addresses() {
        return Stream.of(
                denied("X-Forwarded-For: " + DENIED),
                denied("X-Forwarded-For: 203.0.113.9, " + DENIED),
                denied("X-Forwarded-For: " + DENIED + ", 127.0.0.1"),
                denied("X-Forwarded-For: ::ffff:" + DENIED),
                denied("X-Forwarded-For: " + DENIED + ":4711"),
                denied("Forwarded: for=" + DENIED));
    }

    private static Case denied(String field) {
        return is(
                field,
                "ip_not_allowed",
                403,
                "GET /v1/ping HTTP/1.1\r\nHost: hub\r\n" + field + "\r\n" + bearer(key) + "\r\n\r\n");
    }

    static Stream<Case> paths() {
        return Stream.of(
                        "/v1/../admin/v1/keys",
                        "/v1/./ping",
                        "/v1/%2e%2e/admin/v1/keys",
                        "/v1/..%2fadmin/v1/keys",
                        "/v1/%2e/ping",
                        "/v1//ping",
                        "//v1/ping",
                        "/v1/ping;a=b",
                        "/v1;a=b/ping",
                        "/v1%2fping",
                        "/v1%5cping",
                        "/v1\\ping",
                        "/v1/ping%00",
                        "/v1/ping%0d%0aX: y",
                        "/v1/ping%",
                        "/v1/ping%zz",
                        "/v1/messages/..",
                        "/actuator/health/..;/prometheus",
                        "/actuator/health/../prometheus",
                        "/webhooks/demo-shop/..",
                        "http://hub/v1/ping",
                        "http://other/v1/ping",
                        "/v1/ping|x",
                        "v1/ping",
                        "*")
                .map(path -> new Case(path, get(path, bearer(key)), null, List.of(400, 404)));
    }

    static Stream<Case> methods() {
        return Stream.of("PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "FOO")
                .map(method ->
                        new Case(method, head(method, "/v1/ping", bearer(key)) + "\r\n", null, List.of(400, 405, 501)));
    }

    static Stream<Case> framing() {
        String start =
                "POST /v1/messages HTTP/1.1\r\nHost: hub\r\n" + bearer(key) + "\r\nContent-Type: application/json\r\n";
        String body = message("smuggled@example.com");
        String chunked = Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
        return Stream.of(
                bad(
                        "length and chunked",
                        start + "Content-Length: " + body.length() + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + chunked),
                bad(
                        "chunked and length",
                        start + "Transfer-Encoding: chunked\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + chunked),
                bad("two lengths", start + "Content-Length: " + body.length() + "\r\nContent-Length: 3\r\n\r\n" + body),
                bad("list of lengths", start + "Content-Length: " + body.length() + ", 3\r\n\r\n" + body),
                bad("negative length", start + "Content-Length: -1\r\n\r\n" + body),
                bad("length with sign", start + "Content-Length: +" + body.length() + "\r\n\r\n" + body),
                bad("length no number", start + "Content-Length: 0x10\r\n\r\n" + body),
                bad("huge length", start + "Content-Length: 99999999999999999999\r\n\r\n"),
                bad("unknown coding", start + "Transfer-Encoding: cow\r\n\r\n" + chunked),
                bad("chunked not last", start + "Transfer-Encoding: chunked, gzip\r\n\r\n" + chunked),
                bad(
                        "chunked twice",
                        start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked),
                bad("chunked dressed up", start + "Transfer-Encoding: xchunked\r\n\r\n" + chunked),
                bad(
                        "chunked in HTTP/1.0",
                        start.replace("HTTP/1.1", "HTTP/1.0") + "Transfer-Encoding: chunked\r\n\r\n" + chunked),
                bad("bare LF", start.replace("\r\n", "\n") + "Content-Length: " + body.length() + "\n\n" + body),
                bad("one bare LF", start + "X-A: b\nContent-Length: " + body.length() + "\r\n\r\n" + body),
                bad("bare CR", start + "X-A: b\rContent-Length: " + body.length() + "\r\n\r\n" + body),
                bad("folded line", start + "X-A: b\r\n c\r\nContent-Length: " + body.length() + "\r\n\r\n" + body),
                bad("blank before the colon", start + "Content-Length : " + body.length() + "\r\n\r\n" + body),
                bad("no colon", start + "Content-Length\r\n\r\n" + body),
                bad("empty name", start + ": x\r\n\r\n" + body),
                bad("NUL in a value", start + "X-A: \0\r\n\r\n" + body),
                bad(
                        "chunk size no number",
                        start + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + body + "\r\n0\r\n\r\n"),
                bad("chunk size negative", start + "Transfer-Encoding: chunked\r\n\r\n-5\r\n" + body + "\r\n0\r\n\r\n"),
                bad("chunk size huge", start + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + body),
                bad("chunk ends early", start + "Transfer-Encoding: chunked\r\n\r\n5\r\n" + body + "\r\n0\r\n\r\n"),
                bad(
                        "chunk size ends in LF",
                        start + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length()) + "\n" + body
                                + "\r\n0\r\n\r\n"),
                bad(
                        "no host",
                        start.replace("Host: hub\r\n", "") + "Content-Length: " + body.length() + "\r\n\r\n" + body),
                bad("two hosts", start + "Host: hub\r\nContent-Length: " + body.length() + "\r\n\r\n" + body),
                bad(
                        "odd host",
                        start.replace("Host: hub", "Host: h ub") + "Content-Length: " + body.length() + "\r\n\r\n"
                                + body),
                bad("HTTP/9.9", "GET /v1/ping HTTP/9.9\r\nHost: hub\r\n\r\n"),
                bad("two blanks", "GET  /v1/ping HTTP/1.1\r\nHost: hub\r\n\r\n"),
                bad("no HTTP at all", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n"));
    }

    private static Case bad(String name, String request) {
        return new Case(name, request, null, List.of(400, 501, 505));
    }

    static Stream<Case> sizes() {
        String million = "x".repeat(1_000_000);
        return Stream.of(
                is("long address", "uri_too_long", 414, get("/v1/ping?" + "x".repeat(20_000), bearer(key))),
                is("large head", "headers_too_large", 431, get("/v1/ping", bearer(key), "X-A: " + "x".repeat(20_000))),
                is(
                        "announced",
                        "payload_too_large",
                        413,
                        head("POST", "/v1/messages", bearer(key), "Content-Length: 999999999") + "\r\n"),
                is(
                        "announced to nobody",
                        "payload_too_large",
                        413,
                        head("POST", "/v1/messages", "Content-Length: 999999999") + "\r\n"),
                is(
                        "admin, announced",
                        "payload_too_large",
                        413,
                        head("POST", "/admin/v1/keys", "Content-Length: 2000000") + "\r\n"),
                is(
                        "in chunks",
                        "payload_too_large",
                        413,
                        head(
                                        "POST",
                                        "/v1/messages",
                                        bearer(key),
                                        "Content-Type: application/json",
                                        "Transfer-Encoding: chunked")
                                + "\r\n" + ("f4240\r\n" + million + "\r\n").repeat(17)),
                is(
                        "admin, in chunks",
                        "payload_too_large",
                        413,
                        head(
                                        "POST",
                                        "/admin/v1/keys",
                                        bearer(hub.firstAdminKey()),
                                        "Content-Type: application/json",
                                        "Transfer-Encoding: chunked")
                                + "\r\n"
                                + ("f4240\r\n" + million + "\r\n").repeat(2)),
                is("bomb", "payload_too_large", 413, compressed("/v1/messages", key, new byte[40_000_000])),
                is(
                        "admin bomb",
                        "payload_too_large",
                        413,
                        compressed("/admin/v1/keys", hub.firstAdminKey(), new byte[40_000_000])),
                is("no gzip", "invalid_request", 400, send(message("a@example.com"), "Content-Encoding: gzip")),
                is("brotli", "unsupported_media_type", 415, send(message("a@example.com"), "Content-Encoding: br")),
                is(
                        "twice compressed",
                        "unsupported_media_type",
                        415,
                        send(message("a@example.com"), "Content-Encoding: gzip, gzip")));
    }

    private static String compressed(String path, String token, byte[] body) {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return post(path, packed.toString(StandardCharsets.ISO_8859_1), bearer(token), "Content-Encoding: gzip");
    }

    static Stream<Case> bodies() {
        String good = message("a@example.com");
        return Stream.of(
                is("empty", "invalid_json", 400, ""),
                is("half", "invalid_json", 400, good.substring(0, 20)),
                is("two values", "invalid_json", 400, good + good),
                is("deep", "invalid_json", 400, "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}"),
                is("duplicate key", "invalid_json", 400, "{\"subject\":\"a\"," + good.substring(1)),
                is("huge number", "invalid_json", 400, "{\"a\":" + "9".repeat(100_000) + "}"),
                is("not UTF-8", "invalid_json", 400, good.replace("\"s\"", "\"\u00ff\u00fe\"")),
                is("overlong UTF-8", "invalid_json", 400, good.replace("\"s\"", "\"\u00c0\u0080\"")),
                is("surrogate in UTF-8", "invalid_json", 400, good.replace("\"s\"", "\"\u00ed\u00a0\u0080\"")),
                is("UTF-16", "invalid_json", 400, utf16(good)),
                is("NaN", "invalid_json", 400, "{\"a\":NaN}"),
                is("comment", "invalid_json", 400, "{/* */\"a\":1}"));
    }

    private static String utf16(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_16LE), StandardCharsets.ISO_8859_1);
    }

    static Stream<Case> mediaTypes() {
        return Stream.of(
                        "text/plain",
                        "application/xml",
                        "multipart/form-data; boundary=x",
                        "application/json; charset=utf-16",
                        "",
                        "json",
                        "text/json")
                .flatMap(type -> Stream.of(
                        new Case(
                                "api " + type,
                                typed("/v1/messages", key, type),
                                "unsupported_media_type",
                                List.of(415)),
                        new Case(
                                "admin " + type,
                                typed("/admin/v1/keys", hub.firstAdminKey(), type),
                                "unsupported_media_type",
                                List.of(415))));
    }

    private static String typed(String path, String token, String type) {
        return head("POST", path, bearer(token), "Content-Type: " + type, "Content-Length: 2") + "\r\n{}";
    }

    @AfterEach
    void anotherCallerIsUnharmedAndNothingWasProcessed() throws Exception {
        assertThat(innocent.get("/v1/ping").status()).isEqualTo(200);
        Api.Answer messages = innocent.get("/v1/messages");
        assertThat(messages.status()).isEqualTo(200);
        assertThat(messages.body().path("data")).isEmpty();
        assertThat(admin.get("/admin/v1/keys").body().path("data")).hasSize(KEYS);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"credentials", "addresses", "paths", "methods", "framing", "sizes", "mediaTypes"})
    void isRefusedClearly(Case hostile) throws Exception {
        refusedClearly(hostile);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void isRefusedClearlyAsABody(Case body) throws Exception {
        refusedClearly(new Case(body.name(), send(body.request()), body.code(), body.statuses()));
        if (body.request().isEmpty()) {
            return; // administration knows posts without a body; what misses in one is told field by field
        }
        String asAdmin = post("/admin/v1/keys", body.request(), bearer(hub.firstAdminKey()));
        refusedClearly(new Case(body.name(), asAdmin, body.code(), body.statuses()));
    }

    private static void refusedClearly(Case hostile) throws Exception {
        try (var raw = new RawHttp(hub.url())) {
            try {
                raw.send(hostile.request());
            } catch (IOException refusedWhileSending) {
                // The server need not read the rest of what it refuses; its answer is there all the same.
                assertThat(refusedWhileSending).isNotNull();
            }
            RawHttp.Answer answer = raw.answer();
            assertThat(hostile.statuses()).contains(answer.status());
            assertThat(answer.field("Content-Type")).startsWith("application/problem+json");
            assertThat(answer.field("X-Request-Id")).isNotBlank();
            assertThat(answer.json().path("status").asInt()).isEqualTo(answer.status());
            assertThat(answer.json().path("detail").asText()).isNotBlank();
            assertThat(answer.json().path("request_id").asText()).isEqualTo(answer.field("X-Request-Id"));
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).doesNotContain(key);
            if (hostile.code() != null) {
                assertThat(answer.json().path("code").asText()).isEqualTo(hostile.code());
            }
            if (answer.status() == 401) {
                boolean absent = answer.json().path("code").asText().equals("missing_key");
                assertThat(answer.field("WWW-Authenticate"))
                        .isEqualTo("Bearer realm=\"smartmails-hub\"" + (absent ? "" : ", error=\"invalid_token\""));
            }
            if (answer.status() == 405) {
                assertThat(answer.field("Allow")).contains("GET");
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("framing")
    void afterWrongFramingTheConnectionIsClosed(Case hostile) throws Exception {
        try (var raw = new RawHttp(hub.url())) {
            raw.send(hostile.request() + get("/v1/ping", bearer(key)));
            raw.answer();
            assertThat(raw.isClosed()).isTrue();
        }
    }

    @Test
    void optionsAreToldWithoutCors() throws Exception {
        try (var raw = new RawHttp(hub.url())) {
            RawHttp.Answer answer = raw.send(head(
                                    "OPTIONS",
                                    "/v1/messages",
                                    "Origin: https://example.com",
                                    "Access-Control-Request-Method: POST")
                            + "\r\n")
                    .answer();
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.field("Allow")).contains("POST");
            assertThat(answer.fields())
                    .noneMatch(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("access-control"));
        }
    }

    @Test
    void aMethodOverrideIsIgnored() throws Exception {
        try (var raw = new RawHttp(hub.url())) {
            RawHttp.Answer answer = raw.send(get(
                            "/v1/ping",
                            bearer(key),
                            "X-HTTP-Method-Override: DELETE",
                            "X-HTTP-Method: DELETE",
                            "X-Method-Override: DELETE"))
                    .answer();
            assertThat(answer.status()).isEqualTo(200);
        }
    }

    @Test
    void internalAndHopByHopHeadersChangeNothingAndAreNotSentBack() throws Exception {
        try (var raw = new RawHttp(hub.url())) {
            RawHttp.Answer answer = raw.send(get(
                            "/v1/ping",
                            bearer(key),
                            "CamelHttpUri: http://203.0.113.1/",
                            "camelhttpresponsecode: 500",
                            "Connection: Authorization, X-Request-Id, keep-alive",
                            "X-Original-URL: /admin/v1/keys",
                            "X-Rewrite-URL: /admin/v1/keys",
                            "Cookie: a=b",
                            "X-Request-Id: mine"))
                    .answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.field("X-Request-Id")).isEqualTo("mine");
            assertThat(answer.fields())
                    .noneMatch(line -> line.toLowerCase(java.util.Locale.ROOT).contains("camel"));
            assertThat(answer.field("Set-Cookie")).isNull();
            assertThat(answer.field("X-RateLimit-Limit")).isEqualTo("100000");
        }
    }

    @Test
    void anOddRequestIdIsReplaced() throws Exception {
        try (var raw = new RawHttp(hub.url())) {
            assertThat(raw.send(get("/v1/ping", bearer(key), "X-Request-Id: " + "x".repeat(65)))
                            .answer()
                            .field("X-Request-Id"))
                    .startsWith("req_");
        }
    }

    @Test
    void wrongKeysThrottleTheAddressAndGoodKeysFromItKeepWorking() throws Exception {
        String field = from().strip();
        String wrong = "GET /v1/ping HTTP/1.1\r\nHost: hub\r\n" + field + "\r\n" + bearer(STRANGE_KEY) + "\r\n\r\n";
        String right = "GET /v1/ping HTTP/1.1\r\nHost: hub\r\n" + field + "\r\n" + bearer(key) + "\r\n\r\n";
        try (var raw = new RawHttp(hub.url())) {
            for (int i = 0; i < 20; i++) {
                assertThat(raw.send(wrong).answer().status()).isEqualTo(401);
            }
            RawHttp.Answer throttled = raw.send(wrong).answer();
            assertThat(throttled.status()).isEqualTo(429);
            assertThat(Integer.parseInt(throttled.field("Retry-After"))).isBetween(1, 3);
            assertThat(throttled.json().path("violated_policies").get(0).asText())
                    .isEqualTo("wrong-keys");
            assertThat(raw.send(right).answer().status()).isEqualTo(200);
            assertThat(raw.send(get("/v1/ping", bearer(STRANGE_KEY))).answer().status())
                    .isEqualTo(401);
        }
    }

    /** HTTP/0.9 knows no status line: only the body of the refusal comes. */
    @Test
    void aRequestWithoutVersionIsRefusedAndTheConnectionClosed() throws Exception {
        try (var raw = new RawHttp(hub.url())) {
            raw.send("GET /v1/ping\r\nHost: hub\r\n" + bearer(key) + "\r\n\r\n");
            assertThat(raw.rest()).startsWith("{").contains("missing_key");
        }
    }

    @Test
    void slowHeadsAndSlowBodiesTimeOut() throws Exception {
        try (var head = new RawHttp(hub.url());
                var body = new RawHttp(hub.url())) {
            head.send("GET /v1/ping HTTP/1.1\r\nHost: hub\r\nX-Slow: ");
            body.send(
                    head("POST", "/v1/messages", bearer(key), "Content-Type: application/json", "Content-Length: 1000")
                            + "\r\n{");
            var dribble = new Thread(() -> {
                try {
                    for (int i = 0; i < 120 && !Thread.currentThread().isInterrupted(); i++) {
                        head.send("x");
                        body.send(" ");
                        java.util.concurrent.locks.LockSupport.parkNanos(500_000_000L);
                    }
                } catch (IOException closed) {
                    return;
                }
            });
            dribble.start();
            assertThat(head.isClosed()).isTrue();
            assertThat(innocent.get("/v1/ping").status()).isEqualTo(200);
            dribble.interrupt();
            dribble.join();
            RawHttp.Answer answer = body.answer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("code").asText()).isEqualTo("request_timeout");
        }
    }

    @Test
    void thousandsOfIdleConnectionsHarmNobody() throws Exception {
        List<RawHttp> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 1_500; i++) {
                idle.add(new RawHttp(hub.url()));
            }
            assertThat(innocent.get("/v1/ping").status()).isEqualTo(200);
        } finally {
            for (RawHttp connection : idle) {
                connection.close();
            }
        }
    }

    @Test
    void clientsThatVanishGiveTheirPlaceBack() throws Exception {
        for (int i = 0; i < 120; i++) {
            try (var raw = new RawHttp(hub.url())) {
                raw.send(head(
                                "POST",
                                "/v1/messages",
                                bearer(key),
                                "Content-Type: application/json",
                                "Content-Length: 100")
                        + "\r\n{");
            }
        }
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThatCode(() -> {
                            try (var raw = new RawHttp(hub.url())) {
                                assertThat(raw.send(get("/v1/ping", bearer(key)))
                                                .answer()
                                                .status())
                                        .isEqualTo(200);
                            }
                        })
                        .doesNotThrowAnyException());
    }
}

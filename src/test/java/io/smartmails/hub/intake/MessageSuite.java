// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.db.Database;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.queue.Item;
import io.smartmails.testkit.SettableClock;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of applications (contract 4.8), the same on both databases. */
abstract class MessageSuite {
    private static final Duration LEASE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private Database database;
    private ApiKit api;
    private SettableClock clock;

    abstract Database open(Path folder);

    @BeforeEach
    void open() {
        database = open(folder);
        api = new ApiKit(database);
        clock = api.clock;
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static String message(String more) {
        return "{\"to\":[\"ada@example.com\"],\"subject\":\"Hello\",\"text\":\"Hi\"" + more + "}";
    }

    private String accept(String more) throws Exception {
        ApiKit.Answer answer = api.live("POST", "/messages", message(more));
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(202);
        return answer.body().path("id").asText();
    }

    private String status(String id) throws Exception {
        return api.live("GET", "/messages/" + id, null).body().path("status").asText();
    }

    private List<Item> claim() {
        return api.items.claimSends(Item.Lane.TRANSACTIONAL, "live", 100, LEASE);
    }

    private List<String> listed(String query) throws Exception {
        ApiKit.Answer answer = api.live("GET", "/messages" + query, null);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        List<String> ids = new ArrayList<>();
        answer.body().path("data").forEach(one -> ids.add(one.path("id").asText()));
        return ids;
    }

    @Test
    void aMessageIsJournalledAndWaitsToLeave() throws Exception {
        ApiKit.Answer answer = api.live(
                "POST",
                "/messages",
                message(",\"cc\":[{\"email\":\" Bob@Example.COM \",\"name\":\"Bob\"}],\"metadata\":{\"order\":1001},"
                        + "\"variables\":{\"total\":10.50},\"dedupe_id\":\"shop/1\""));
        assertThat(answer.status()).isEqualTo(202);
        JsonNode body = answer.body();
        assertThat(body.path("status").asText()).isEqualTo("queued");
        assertThat(body.path("duplicate").asBoolean(true)).isFalse();
        assertThat(body.path("recipients")).hasSize(2);
        assertThat(body.path("recipients").path(1).path("email").asText()).isEqualTo("Bob@example.com");
        assertThat(body.path("created_at").asText()).isEqualTo("2026-11-24T08:00:00.000Z");
        Item item = claim().get(0);
        assertThat(item.payload())
                .contains(
                        "10.50",
                        "\"Bob@example.com\"",
                        "\"receipt\":\"" + body.path("id").asText());
        assertThat(status(body.path("id").asText())).isEqualTo("processing");
        database.write(tx -> {
            api.items.deliver(tx, item.id(), "msg_up");
            return null;
        });
        JsonNode sent = api.live("GET", "/messages/" + body.path("id").asText() + "?include=content,events", null)
                .body();
        assertThat(sent.path("status").asText()).isEqualTo("sent");
        assertThat(sent.path("upstream_id").asText()).isEqualTo("msg_up");
        assertThat(sent.path("text").asText()).isEqualTo("Hi");
        assertThat(sent.path("events").findValuesAsText("type")).containsExactly("message.queued", "message.sent");
    }

    @Test
    void unknownFieldsAreIgnoredOnRequestAndDoNotLeave() throws Exception {
        var request = ApiKit.request("POST", "/messages", message(",\"colour\":\"red\""));
        request.addHeader("Prefer", "handling=lenient");
        assertThat(api.send(ApiKit.caller(false, ApiKit.SCOPES), request).status())
                .isEqualTo(202);
        assertThat(claim().get(0).payload()).doesNotContain("colour");
        ApiKit.Answer strict = api.live("POST", "/messages", message(",\"colour\":\"red\""));
        assertThat(strict.code()).isEqualTo("unknown_field");
        assertThat(strict.pointer()).isEqualTo("/colour");
    }

    @Test
    void moreThanFiftyRecipientsAreRefused() throws Exception {
        String people = IntStream.rangeClosed(1, 51)
                .mapToObj(i -> "\"p" + i + "@example.com\"")
                .collect(Collectors.joining(","));
        ApiKit.Answer answer =
                api.live("POST", "/messages", "{\"to\":[" + people + "],\"subject\":\"s\",\"text\":\"t\"}");
        assertThat(answer.body().path("errors").path(0).path("code").asText()).isEqualTo("recipient_limit");
    }

    @Test
    void aRepeatedDedupeIdGivesTheFirstMessageForFourteenDays() throws Exception {
        String first = accept(",\"dedupe_id\":\"d1\"");
        ApiKit.Answer again = api.live("POST", "/messages", message(",\"dedupe_id\":\"d1\""));
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.body().path("id").asText()).isEqualTo(first);
        assertThat(again.body().path("duplicate").asBoolean()).isTrue();
        assertThat(claim()).hasSize(1);
        assertThat(listed("?dedupe_id=d1")).containsExactly(first);
        clock.advance(Duration.ofDays(13));
        assertThat(accept(",\"dedupe_id\":\"d1\"")).isEqualTo(first);
        clock.advance(Duration.ofDays(2));
        api.dedupe.forget();
        assertThat(accept(",\"dedupe_id\":\"d1\"")).isNotEqualTo(first);
    }

    @Test
    void aBatchGivesOneResultPerItemInOrder() throws Exception {
        ApiKit.Answer answer = api.live("POST", "/messages/batch", """
                {"defaults":{"template_alias":"order-shipped","tags":["shop"],"variables":{"shop":"Mugs"}},
                 "messages":[{"to":["a@example.com"],"variables":{"order":"1001"},"dedupe_id":"s/1"},
                             {"to":["bad"],"dedupe_id":"s/2"},
                             {"to":["b@example.com"],"dedupe_id":"s/1"},
                             {"to":["c@example.com"],"subject":"Own","text":"own text"},
                             7]}""");
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(202);
        JsonNode body = answer.body();
        assertThat(body.path("accepted").asInt()).isEqualTo(2);
        assertThat(body.path("duplicates").asInt()).isEqualTo(1);
        assertThat(body.path("rejected").asInt()).isEqualTo(2);
        assertThat(body.path("results").findValuesAsText("status"))
                .containsExactly("accepted", "rejected", "duplicate", "accepted", "rejected");
        JsonNode bad = body.path("results").path(1);
        assertThat(bad.path("dedupe_id").asText()).isEqualTo("s/2");
        assertThat(bad.path("error").path("pointer").asText()).isEqualTo("/messages/1/to/0");
        assertThat(bad.path("error").path("code").asText()).isEqualTo("invalid_email");
        assertThat(body.path("results").path(2).path("id"))
                .isEqualTo(body.path("results").path(0).path("id"));
        List<Item> sent = claim();
        assertThat(sent.get(0).payload()).contains("\"shop\":\"Mugs\"", "\"order\":\"1001\"", "order-shipped");
        assertThat(sent.get(1).payload()).doesNotContain("template_alias");
        JsonNode batch = api.live(
                        "GET", "/message-batches/" + body.path("batch_id").asText(), null)
                .body();
        assertThat(batch.path("total").asInt()).isEqualTo(2);
        assertThat(batch.path("counts").path("processing").asInt()).isEqualTo(2);
    }

    @Test
    void aWrongDefaultIsToldWhereItStands() throws Exception {
        ApiKit.Answer answer = api.live("POST", "/messages/batch", """
                {"defaults":{"priority":"asap"},"messages":[{"to":["a@example.com"],"subject":"s","text":"t"}]}""");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("all_items_rejected");
        assertThat(answer.pointer()).isEqualTo("/defaults/priority");
        assertThat(answer.body().path("results")).hasSize(1);
    }

    @Test
    void abortTakesNothingWhenOneItemIsWrong() throws Exception {
        ApiKit.Answer answer = api.live("POST", "/messages/batch", """
                {"on_error":"abort","messages":[{"to":["a@example.com"],"subject":"s","text":"t"},{"to":["bad"]}]}""");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("validation_failed");
        assertThat(answer.body().path("results").findValuesAsText("status")).containsExactly("not_taken", "rejected");
        assertThat(listed("")).isEmpty();
    }

    @Test
    void aBatchOfMoreThanFiveHundredIsTooLarge() throws Exception {
        String items = IntStream.range(0, 501)
                .mapToObj(i -> message(""))
                .collect(Collectors.joining(",", "{\"messages\":[", "]}"));
        ApiKit.Answer answer = api.live("POST", "/messages/batch", items);
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.code()).isEqualTo("batch_too_large");
        assertThat(answer.body().path("max_items").asInt()).isEqualTo(500);
        assertThat(api.live("POST", "/messages/batch", "{\"messages\":[]}").status())
                .isEqualTo(422);
    }

    @Test
    void aScheduledMessageWaitsCanBeMovedAndCancelled() throws Exception {
        String id = accept(",\"send_at\":\"2026-11-24T10:00:00+01:00\"");
        assertThat(status(id)).isEqualTo("scheduled");
        assertThat(claim()).isEmpty();
        ApiKit.Answer moved = api.live("PUT", "/messages/" + id, "{\"send_at\":\"2026-11-24T12:00:00Z\"}");
        assertThat(moved.status()).isEqualTo(200);
        assertThat(moved.body().path("send_at").asText()).isEqualTo("2026-11-24T12:00:00.000Z");
        clock.advance(Duration.ofHours(2));
        assertThat(claim()).isEmpty();
        clock.advance(Duration.ofHours(3));
        assertThat(status(id)).isEqualTo("queued");
        assertThat(api.live("PUT", "/messages/" + id, "{\"send_at\":\"2026-11-25T12:00:00Z\"}")
                        .code())
                .isEqualTo("invalid_state");
        assertThat(api.live("DELETE", "/messages/" + id, null).status()).isEqualTo(204);
        assertThat(status(id)).isEqualTo("cancelled");
        assertThat(claim()).isEmpty();
        ApiKit.Answer twice = api.live("DELETE", "/messages/" + id, null);
        assertThat(twice.status()).isEqualTo(409);
        assertThat(twice.body().path("state").asText()).isEqualTo("cancelled");
        assertThat(api.live("GET", "/messages/" + id + "/events", null)
                        .body()
                        .path("data")
                        .findValuesAsText("type"))
                .containsExactly("message.scheduled", "message.scheduled", "message.cancelled");
    }

    @Test
    void whatIsOnItsWayCannotBeCancelled() throws Exception {
        String id = accept("");
        claim();
        ApiKit.Answer answer = api.live("DELETE", "/messages/" + id, null);
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("invalid_state");
    }

    @Test
    void retriesOfAScheduledMessageAreCountedFromItsTime() throws Exception {
        accept(",\"send_at\":\"2026-12-24T08:00:00Z\"");
        clock.advance(Duration.ofDays(30).plusHours(1));
        assertThat(claim().get(0).createdAt()).isEqualTo("2026-12-24T08:00:00Z");
    }

    @Test
    void onlySendAtCanBeChanged() throws Exception {
        String id = accept(",\"send_at\":\"2026-11-25T10:00:00Z\"");
        assertThat(api.live("PUT", "/messages/" + id, "{\"subject\":\"x\"}").code())
                .isEqualTo("unknown_field");
        assertThat(api.live("PUT", "/messages/" + id, "{}").status()).isEqualTo(422);
    }

    @Test
    void theListingIsFilteredAndPaged() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(0, accept(",\"tags\":[\"t" + i % 2 + "\"],\"metadata\":{\"n\":" + i + "}"));
            clock.advance(Duration.ofSeconds(i % 2));
        }
        assertThat(listed("")).isEqualTo(ids);
        assertThat(listed("?tag=t1")).containsExactly(ids.get(1), ids.get(3));
        assertThat(listed("?metadata.n=3")).containsExactly(ids.get(1));
        assertThat(listed("?to=ADA@example.com&status=queued")).hasSize(5);
        assertThat(listed("?to=bob@example.com")).isEmpty();
        assertThat(listed("?status=sent")).isEmpty();
        assertThat(listed("?created_after=2026-11-24T08:00:00Z")).hasSize(3);
        assertThat(listed("?sort=created_at&limit=1")).containsExactly(ids.get(4));
        List<String> walked = new ArrayList<>();
        JsonNode page = api.live("GET", "/messages?limit=2", null).body();
        while (true) {
            page.path("data").forEach(one -> walked.add(one.path("id").asText()));
            if (!page.path("has_more").asBoolean()) {
                break;
            }
            page = api.live(
                            "GET",
                            "/messages?limit=2&cursor="
                                    + page.path("next_cursor").asText(),
                            null)
                    .body();
        }
        assertThat(walked).isEqualTo(ids);
        assertThat(api.live("GET", "/messages?limit=0", null).code()).isEqualTo("invalid_parameter");
        assertThat(api.live("GET", "/messages?colour=1", null).code()).isEqualTo("invalid_parameter");
        assertThat(api.live("GET", "/messages?cursor=x", null).code()).isEqualTo("invalid_cursor");
    }

    @ParameterizedTest
    @CsvSource({
        "ada@example.com,delivered",
        "delivered@test.smartmails.invalid,delivered",
        "hardbounce@test.smartmails.invalid,bounced",
        "softbounce@test.smartmails.invalid,bounced",
        "complaint@test.smartmails.invalid,delivered",
        "reject@test.smartmails.invalid,failed",
    })
    void mailOfATestKeyEndsHere(String to, String status) throws Exception {
        ApiKit.Answer answer =
                api.test("POST", "/messages", "{\"to\":[\"" + to + "\"],\"subject\":\"s\",\"text\":\"t\"}");
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body().path("sandbox").asBoolean()).isTrue();
        String id = answer.body().path("id").asText();
        JsonNode seen =
                api.test("GET", "/messages/" + id + "?include=events", null).body();
        assertThat(seen.path("status").asText()).isEqualTo(status);
        assertThat(seen.path("events").findValuesAsText("type")).contains("message." + status);
        assertThat(seen.has("complained_at")).isEqualTo(to.startsWith("complaint"));
        assertThat(seen.path("bounce").has("permanent")).isEqualTo(to.contains("bounce"));
        clock.advance(Duration.ofDays(1));
        assertThat(claim()).isEmpty();
        assertThat(api.items.claimSends(Item.Lane.TRANSACTIONAL, "settled-here", 10, LEASE))
                .isEmpty();
        assertThat(api.live("GET", "/messages/" + id, null).status()).isEqualTo(404);
        assertThat(api.stories.find(id).orElseThrow().fate()).isEqualTo("delivered");
    }

    @Test
    void slowMailOfATestKeyTakesHalfAMinute() throws Exception {
        String id = api.test(
                        "POST",
                        "/messages",
                        "{\"to\":[\"slow@test.smartmails.invalid\"],\"subject\":\"s\",\"text\":\"t\"}")
                .body()
                .path("id")
                .asText();
        assertThat(api.test("GET", "/messages/" + id, null)
                        .body()
                        .path("status")
                        .asText())
                .isEqualTo("sent");
        clock.advance(Duration.ofSeconds(31));
        assertThat(api.test("GET", "/messages/" + id, null)
                        .body()
                        .path("status")
                        .asText())
                .isEqualTo("delivered");
    }

    @Test
    void testAndLiveKeysShareNeitherDedupeIdsNorListings() throws Exception {
        accept(",\"dedupe_id\":\"d1\"");
        ApiKit.Answer test = api.test("POST", "/messages", message(",\"dedupe_id\":\"d1\""));
        assertThat(test.body().path("duplicate").asBoolean(true)).isFalse();
        assertThat(listed("")).hasSize(1);
    }

    @Test
    void aScheduledTestMessageCanBeMovedAndCancelledToo() throws Exception {
        String id = api.test("POST", "/messages", message(",\"send_at\":\"2026-11-24T10:00:00Z\""))
                .body()
                .path("id")
                .asText();
        ApiKit.Answer moved = api.test("PUT", "/messages/" + id, "{\"send_at\":\"2026-11-24T11:00:00Z\"}");
        assertThat(moved.body().path("status").asText()).isEqualTo("scheduled");
        assertThat(api.test("DELETE", "/messages/" + id, null).status()).isEqualTo(204);
        clock.advance(Duration.ofDays(1));
        JsonNode seen =
                api.test("GET", "/messages/" + id + "?include=events", null).body();
        assertThat(seen.path("status").asText()).isEqualTo("cancelled");
        assertThat(seen.path("events").findValuesAsText("type")).doesNotContain("message.delivered");
    }

    @Test
    void aLiveMessageMarkedSandboxDoesNotLeave() throws Exception {
        String id = accept(",\"sandbox\":true");
        assertThat(claim()).isEmpty();
        assertThat(status(id)).isEqualTo("delivered");
    }

    @Test
    void pastItsBestBeforeIsExpiredAndARefusalIsFailed() throws Exception {
        String late = accept(",\"expires_at\":\"2026-11-24T08:30:00Z\"");
        clock.advance(Duration.ofHours(1));
        Item item = claim().get(0);
        assertThat(item.expiresAt()).isEqualTo("2026-11-24T08:30:00Z");
        database.write(tx -> {
            api.items.drop(tx, item.id(), "past its best-before");
            return null;
        });
        assertThat(status(late)).isEqualTo("expired");
    }

    @Test
    void bulkAndMarketingTravelOnTheBulkLane() throws Exception {
        accept(",\"priority\":\"bulk\"");
        accept(",\"category\":\"marketing\"");
        assertThat(claim()).isEmpty();
        assertThat(api.items.claimSends(Item.Lane.BULK, "live", 10, LEASE)).hasSize(2);
    }

    @Test
    void gzipIsTakenAndABombIsNot() throws Exception {
        assertThat(gzipped(message("").getBytes(StandardCharsets.UTF_8)).status())
                .isEqualTo(202);
        assertThat(gzipped(new byte[40 * 1024 * 1024]).code()).isEqualTo("payload_too_large");
        var request = ApiKit.request("POST", "/messages", message(""));
        request.addHeader("Content-Encoding", "gzip");
        assertThat(api.send(ApiKit.caller(false, ApiKit.SCOPES), request).code())
                .isEqualTo("invalid_request");
    }

    private ApiKit.Answer gzipped(byte[] plain) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        }
        var request = ApiKit.request("POST", "/messages", "");
        request.setContent(bytes.toByteArray());
        request.addHeader("Content-Encoding", "gzip");
        return api.send(ApiKit.caller(false, ApiKit.SCOPES), request);
    }

    @Test
    void unreadableBodiesAreRefusedByName() throws Exception {
        assertThat(api.live("POST", "/messages", "{").code()).isEqualTo("invalid_json");
        assertThat(api.live("POST", "/messages", "{\"to\":[],\"to\":[]}").code())
                .isEqualTo("invalid_json");
        assertThat(api.live("POST", "/messages", message(",\"variables\":{\"n\":1e99999}"))
                        .code())
                .isEqualTo("invalid_json");
        assertThat(api.live("POST", "/messages", "[]").status()).isEqualTo(422);
        var xml = ApiKit.request("POST", "/messages", "<a/>");
        xml.setContentType("text/xml");
        assertThat(api.send(ApiKit.caller(false, ApiKit.SCOPES), xml).status()).isEqualTo(415);
    }

    @Test
    void scopesMethodsAndForeignPathsAreKeptApart() throws Exception {
        Caller reader = ApiKit.caller(false, Set.of("messages:read"));
        ApiKit.Answer refused = api.send(reader, ApiKit.request("POST", "/messages", message("")));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body().path("required_scope").asText()).isEqualTo("messages:send");
        ApiKit.Answer patch = api.live("PATCH", "/messages/msg_1", "{}");
        assertThat(patch.status()).isEqualTo(405);
        assertThat(patch.raw().getHeader("Allow")).isEqualTo("DELETE, GET, PUT");
        assertThat(api.live("GET", "/messages/batch", null).raw().getHeader("Allow"))
                .isEqualTo("POST");
        assertThat(api.live("POST", "/messages/preview", "{}").status()).isEqualTo(299);
        assertThat(api.live("GET", "/contacts", null).status()).isEqualTo(299);
        assertThat(api.live("GET", "/messages/msg_unknown", null).status()).isEqualTo(404);
        assertThat(api.live("GET", "/message-batches/bat_unknown", null).status())
                .isEqualTo(404);
    }
}

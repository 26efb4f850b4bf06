// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smartmails.engine.RunningEngine.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The engine as its callers see it: over HTTP, with mail going through real SMTP into the capture server. */
class EngineTest {
    @TempDir
    static Path data;

    private static RunningEngine engine;

    @BeforeAll
    static void start() {
        engine = RunningEngine.start(data, RunningEngine.newKey(), "engine.requests-per-minute=6000");
        publish("order", "transactional", "Order {{ order.number }}", "<p>Hi {{ name }}</p>", "order.number");
        publish(
                "news",
                "marketing",
                "News",
                "<p>News for {{ contact.first_name }}</p><a href=\"{{ links.unsubscribe }}\">" + "leave</a>",
                null);
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    private static void publish(String alias, String kind, String subject, String html, String required) {
        String variables = required == null ? "[]" : "[{\"key\":\"" + required + "\",\"required\":true}]";
        Answer created =
                engine.post("/templates", """
                {"alias":"%s","kind":"%s","subject":"%s","html":"%s","variables":%s}""".formatted(alias, kind, subject, html.replace("\"", "\\\""), variables));
        assertThat(created.status()).isEqualTo(201);
        assertThat(engine.post("/templates/" + alias + "/publish", null).status())
                .isEqualTo(200);
    }

    private static JsonNode mailTo(String address) {
        await().until(() -> !engine.inbox(address).isEmpty());
        return engine.inbox(address).get(0);
    }

    private static void settled(String messageId, String status) {
        await().until(() -> engine.get("/messages/" + messageId)
                .json()
                .get("status")
                .asString()
                .equals(status));
    }

    @Test
    void deliversAnAcceptedMessageWithTextHtmlAndItsOwnIds() {
        JsonNode accepted = engine.post("/messages", """
                {"to":[{"email":"ada@EXAMPLE.com","name":"Ada Löve, Countess"}],"template_alias":"order",
                 "variables":{"name":"<script>","order":{"number":"#1001 ü"}},"reply_to":"help@example.com",
                 "headers":{"X-Order":"1001"},"tags":["t"],"metadata":{"k":"v"}}""").json();

        JsonNode mail = mailTo("ada@example.com");
        String id = accepted.get("id").asString();
        settled(id, "delivered");
        assertThat(mail.get("subject").asString()).isEqualTo("Order #1001 ü");
        assertThat(mail.get("html").asString()).contains("Hi &lt;script&gt;");
        assertThat(mail.get("text").asString()).contains("Hi <script>");
        JsonNode headers = mail.get("headers");
        assertThat(headers.get("X-SM-Message-Id").asString()).isEqualTo(id);
        assertThat(headers.get("Message-ID").asString())
                .isEqualTo(accepted.get("message_id").asString())
                .contains(id);
        assertThat(headers.get("To").asString()).contains("Ada Löve, Countess");
        assertThat(headers.get("X-Order").asString()).isEqualTo("1001");
        assertThat(headers.get("From").asString()).isEqualTo("SmartMails Hub <hello@example.com>");
        assertThat(headers.has("List-Unsubscribe")).isFalse();
        assertThat(engine.get("/messages/" + id + "?include=content,events")
                        .json()
                        .get("events"))
                .extracting(event -> event.get("type").asString())
                .containsExactly("message.queued", "message.delivered");
    }

    @Test
    void mailsOnceForOneDedupeIdInThreeBatches() {
        for (int i = 0; i < 3; i++) {
            JsonNode batch = engine.post("/messages/batch", """
                    {"defaults":{"template_alias":"order","variables":{"order":{"number":1}}},
                     "messages":[{"to":["once@example.com"],"dedupe_id":"shop/1/conf"},
                                 {"to":["once@example.com"],"dedupe_id":"shop/1/conf"}]}""").json();
            assertThat(batch.get("accepted").intValue()).isEqualTo(i == 0 ? 1 : 0);
            assertThat(batch.get("duplicates").intValue()).isEqualTo(i == 0 ? 1 : 2);
            assertThat(batch.get("results").get(1).get("id"))
                    .isEqualTo(batch.get("results").get(0).get("id"));
        }
        JsonNode again = engine.post("/messages", """
                {"to":["once@example.com"],"template_alias":"order","dedupe_id":"shop/1/conf"}""").json();
        assertThat(again.get("duplicate").booleanValue()).isTrue();
        settled(again.get("id").asString(), "delivered");
        assertThat(engine.inbox("once@example.com")).hasSize(1);
    }

    @Test
    void takesAllButTheWrongOneOfFiveHundred() {
        String items = IntStream.range(0, 500)
                .mapToObj(i -> i == 137
                        ? "{\"to\":[\"bad\"],\"dedupe_id\":\"big/137\"}"
                        : "{\"to\":[\"big" + i + "@example.com\"],\"dedupe_id\":\"big/" + i + "\"}")
                .collect(Collectors.joining(","));
        Answer answer = engine.post("/messages/batch", """
                {"defaults":{"subject":"s","text":"t"},"messages":[%s]}""".formatted(items));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().get("accepted").intValue()).isEqualTo(499);
        assertThat(answer.json().get("rejected").intValue()).isEqualTo(1);
        JsonNode wrong = answer.json().get("results").get(137);
        assertThat(wrong.get("index").intValue()).isEqualTo(137);
        assertThat(wrong.get("status").asString()).isEqualTo("rejected");
        assertThat(wrong.get("dedupe_id").asString()).isEqualTo("big/137");
        assertThat(wrong.get("error").get("code").asString()).isEqualTo("invalid_email");
        assertThat(wrong.get("error").get("pointer").asString()).isEqualTo("/messages/137/to/0");
        String batchId = answer.json().get("batch_id").asString();
        await().until(() -> engine.get("/message-batches/" + batchId)
                        .json()
                        .get("counts")
                        .path("delivered")
                        .intValue(0)
                == 499);
    }

    @Test
    void takesNothingOfABatchThatShallAbort() {
        Answer answer = engine.post("/messages/batch", """
                {"on_error":"abort","messages":[{"to":["abort@example.com"],"subject":"s","text":"t"},
                 {"to":["abort@example.com"],"text":"t"}]}""");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("results").get(1).get("error").get("code").asString())
                .isEqualTo("missing_subject");
        assertThat(engine.get("/messages?to=abort@example.com").json().get("data"))
                .isEmpty();
        assertThat(engine.post("/messages/batch", "{\"messages\":[{\"to\":[]},{}]}")
                        .code())
                .isEqualTo("all_items_rejected");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"to":["a@example.com"],"subject":"s","text":"t","foo":1}                        | unknown_field     | /foo
            {"to":[{"email":"a@example.com","nick":1}],"subject":"s","text":"t"}             | unknown_field     | /to/0/nick
            {"to":["a@example.com"],"text":"t"}                                              | validation_failed | /subject
            {"to":["a@example.com"],"subject":"s"}                                           | validation_failed | /html
            {"to":["a@example.com"],"subject":"s\\r\\nBcc: e@example.com","text":"t"}        | validation_failed | /subject
            {"to":[{"email":"a@example.com","name":"x\\nBcc: e"}],"subject":"s","text":"t"}  | validation_failed | /to/0/name
            {"to":["a@example.com\\r\\nRCPT TO:<e@example.com>"],"subject":"s","text":"t"}   | validation_failed | /to/0
            {"to":["a@example.com"],"subject":"s","text":"t","headers":{"Bcc":"e"}}          | validation_failed | /headers/Bcc
            {"to":["a@example.com"],"subject":"s","text":"t","headers":{"X-A":"b\\nC: d"}}   | validation_failed | /headers/X-A
            {"to":["a@example.com"],"template_alias":"none"}                                 | validation_failed | ''
            {"to":["a@example.com"],"template_alias":"order"}                                | validation_failed | /variables/order/number
            """)
    void refusesAWrongMessageWithCodeAndPlace(String body, String code, String pointer) {
        Answer answer = engine.post("/messages", body);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.json().get("errors").get(0).get("pointer").asString()).isEqualTo(pointer);
    }

    @Test
    void ignoresUnknownFieldsWhenAskedTo() {
        Answer answer = engine.call(
                "POST",
                "/messages",
                "{\"to\":[\"lenient@example.com\"],\"subject\":\"s\",\"text\":\"t\",\"foo\":1}",
                "Prefer",
                "handling=lenient");

        assertThat(answer.status()).isEqualTo(202);
    }

    @Test
    void marketingMailNeedsConsentAndLetsPeopleLeaveWithOneClick() {
        String mail = "{\"to\":[\"grace@example.com\"],\"template_alias\":\"news\",\"category\":\"marketing\"}";
        JsonNode stranger = engine.post("/messages", mail).json();
        assertThat(stranger.get("status").asString()).isEqualTo("dropped");
        assertThat(stranger.get("recipients").get(0).get("reason").asString()).isEqualTo("no_consent");

        engine.post("/contacts", """
                {"email":"Grace@example.com","first_name":"Grace","status":"subscribed",
                 "consent":{"status":"subscribed","source":"form","at":"2026-01-01T00:00:00Z"}}""");
        assertThat(engine.post("/messages", mail).json().get("status").asString())
                .isEqualTo("queued");
        JsonNode delivered = mailTo("grace@example.com");
        JsonNode headers = delivered.get("headers");
        assertThat(headers.get("List-Unsubscribe-Post").asString()).isEqualTo("List-Unsubscribe=One-Click");
        String link = headers.get("List-Unsubscribe").asString().replaceAll("[<>]", "");
        assertThat(link).startsWith(engine.url() + "/u/").doesNotContainIgnoringCase("grace");
        assertThat(delivered.get("html").asString()).contains("News for Grace").contains(link);

        Answer page = engine.send("GET", link, null);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.raw().body()).contains("<form method=\"post\">").contains("<button");
        assertThat(engine.get("/contacts/grace@example.com")
                        .json()
                        .get("status")
                        .asString())
                .isEqualTo("subscribed");

        byte[] form = "List-Unsubscribe=One-Click".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 2; i++) {
            assertThat(engine.send("POST", link, form, "Content-Type", "application/x-www-form-urlencoded")
                            .status())
                    .isEqualTo(200);
        }
        assertThat(engine.get("/contacts/grace@example.com")
                        .json()
                        .get("status")
                        .asString())
                .isEqualTo("unsubscribed");
        assertThat(engine.get("/suppressions/grace@example.com")
                        .json()
                        .get("scope")
                        .asString())
                .isEqualTo("marketing");
        JsonNode after = engine.post("/messages", mail).json();
        assertThat(after.get("status").asString()).isEqualTo("dropped");
        assertThat(after.get("recipients").get(0).get("reason").asString()).isEqualTo("unsubscribe");

        engine.post("/contacts", "{\"email\":\"grace@example.com\",\"status\":\"subscribed\"}");
        assertThat(engine.get("/contacts/grace@example.com")
                        .json()
                        .get("status")
                        .asString())
                .as("a sync does not undo an opt-out")
                .isEqualTo("unsubscribed");
        assertThat(engine.post("/messages", """
                {"to":["grace@example.com"],"template_alias":"order","variables":{"order":{"number":1}}}""").json().get("status").asString())
                .as("transactional mail passes an opt-out from marketing")
                .isEqualTo("queued");
    }

    @Test
    void refusesAForgedUnsubscribeLink() {
        assertThat(engine.send("POST", "/u/Y29uXzEgbXNnXzE.AAAAAAAAAAAAAAAAAAAAAA", new byte[0])
                        .status())
                .isEqualTo(404);
    }

    @Test
    void suppressesADeadAddressAtOnceAndAFullMailboxNot() {
        String mail = "{\"to\":[\"%s@test.smartmails.invalid\"],\"subject\":\"s\",\"text\":\"t\"}";
        String dead = engine.post("/messages", mail.formatted("hardbounce"))
                .json()
                .get("id")
                .asString();
        settled(dead, "bounced");
        assertThat(engine.get("/suppressions/hardbounce@test.smartmails.invalid")
                        .json()
                        .get("reason")
                        .asString())
                .isEqualTo("hard_bounce");
        assertThat(engine.post("/messages", mail.formatted("hardbounce"))
                        .json()
                        .get("status")
                        .asString())
                .isEqualTo("dropped");

        String full = engine.post("/messages", mail.formatted("softbounce"))
                .json()
                .get("id")
                .asString();
        settled(full, "deferred");
        JsonNode deferred = engine.get("/messages/" + full).json();
        assertThat(deferred.get("attempts").intValue()).isPositive();
        assertThat(deferred.get("last_reply").asString()).contains("4.2.2");
        assertThat(engine.get("/suppressions/softbounce@test.smartmails.invalid")
                        .status())
                .isEqualTo(404);
        assertThat(engine.call("DELETE", "/messages/" + full, null).status()).isEqualTo(204);

        String refused = engine.post("/messages", mail.formatted("reject"))
                .json()
                .get("id")
                .asString();
        settled(refused, "bounced");
        assertThat(engine.get("/suppressions/reject@test.smartmails.invalid").status())
                .isEqualTo(404);
    }

    @Test
    void deliversToTheOthersWhenOneOfSeveralIsDead() {
        String id = engine.post("/messages", """
                {"to":["alive@example.com","hardbounce+several@test.smartmails.invalid"],"cc":["copy@example.com"],
                 "bcc":["hidden@example.com"],"subject":"s","text":"t"}""").json().get("id").asString();
        settled(id, "delivered");

        assertThat(engine.get("/messages/" + id).json().get("recipients"))
                .filteredOn(recipient -> recipient.get("status").asString().equals("delivered"))
                .hasSize(3);
        JsonNode mail = mailTo("hidden@example.com");
        assertThat(mail.get("headers").toString()).doesNotContain("hidden@");
        assertThat(mail.get("headers").get("Cc").asString()).isEqualTo("copy@example.com");
    }

    @Test
    void keepsScheduledMailUntilItsTimeAndDropsStaleMail() {
        String later = engine.post("/messages", """
                {"to":["later@example.com"],"subject":"s","text":"t","send_at":"%s"}""".formatted(java.time.OffsetDateTime.now(java.time.ZoneOffset.UTC)
                        .plusDays(1)))
                .json()
                .get("id")
                .asString();
        assertThat(engine.get("/messages/" + later).json().get("status").asString())
                .isEqualTo("scheduled");
        engine.call("PUT", "/messages/" + later, "{\"send_at\":\"2026-01-01T00:00:00Z\"}");
        settled(later, "delivered");
        assertThat(engine.call("DELETE", "/messages/" + later, null).code()).isEqualTo("invalid_state");

        String stale = engine.post("/messages", """
                {"to":["stale@example.com"],"subject":"s","text":"t","expires_at":"2026-01-01T00:00:00Z"}""").json().get("id").asString();
        settled(stale, "expired");
        assertThat(engine.inbox("stale@example.com")).isEmpty();
    }

    @Test
    void carriesAttachments() {
        engine.post("/messages", """
                {"to":["att@example.com"],"subject":"s","html":"<b>x</b>",
                 "attachments":[{"filename":"r.txt","content_type":"text/plain","content":"aGVsbG8="}]}""");

        JsonNode mail = mailTo("att@example.com");
        assertThat(mail.get("headers").get("Content-Type").asString()).startsWith("multipart/mixed");
        assertThat(mail.get("html").asString()).isEqualTo("<b>x</b>");
    }

    @Test
    void previewsWithoutSending() {
        JsonNode preview = engine.post("/messages/preview", """
                {"to":["nobody@example.com"],"template_alias":"order","variables":{"name":"<"}}""").json();

        assertThat(preview.get("html").asString()).isEqualTo("<p>Hi &lt;</p>");
        assertThat(preview.get("missing_variables").get(0).asString()).isEqualTo("order.number");
        assertThat(engine.get("/messages?to=nobody@example.com").json().get("data"))
                .isEmpty();
    }

    @Test
    void sendsThePublishedVersionUntilTheDraftIsPublished() {
        String tag = engine.post("/templates", "{\"alias\":\"versions\",\"subject\":\"one\",\"text\":\"1\"}")
                .json()
                .get("id")
                .asString();
        assertThat(engine.post("/messages", "{\"to\":[\"v@example.com\"],\"template_alias\":\"versions\"}")
                        .json()
                        .get("errors")
                        .get(0)
                        .get("code")
                        .asString())
                .isEqualTo("unknown_template");
        engine.post("/templates/versions/publish", null);
        Answer changed = engine.call("PUT", "/templates/" + tag, "{\"subject\":\"two\"}");
        assertThat(changed.json().get("draft_version").intValue()).isEqualTo(2);
        assertThat(changed.json().get("published_version").intValue()).isEqualTo(1);
        assertThat(engine.call("PUT", "/templates/" + tag, "{\"subject\":\"3\"}", "If-Match", "\"old\"")
                        .status())
                .isEqualTo(412);
        engine.post("/messages", "{\"to\":[\"v1@example.com\"],\"template_alias\":\"versions\"}");
        engine.post("/templates/versions/publish", null);
        engine.post("/messages", "{\"to\":[\"v2@example.com\"],\"template_alias\":\"versions\"}");

        assertThat(mailTo("v1@example.com").get("subject").asString()).isEqualTo("one");
        assertThat(mailTo("v2@example.com").get("subject").asString()).isEqualTo("two");
        assertThat(engine.post("/templates", "{\"alias\":\"versions\",\"text\":\"1\"}")
                        .code())
                .isEqualTo("already_exists");
        assertThat(engine.post("/templates/versions/render", "{\"variables\":{}}")
                        .json()
                        .get("subject")
                        .asString())
                .isEqualTo("two");
        assertThat(engine.call("DELETE", "/templates/versions", null).status()).isEqualTo(204);
        assertThat(engine.get("/templates/versions").code()).isEqualTo("not_found");
    }

    @Test
    void convergesToTheNewestContactWhateverTheOrder() {
        List<String> updates = List.of("3", "1", "4", "2");
        for (String second : updates) {
            engine.post("/contacts/batch", """
                    {"defaults":{"source":"shopify","external_ids":{"shopify":"77"}},
                     "contacts":[{"first_name":"v%s","source_updated_at":"2026-01-01T00:00:0%sZ"}]}""".formatted(second, second));
        }
        assertThat(engine.get("/contacts/ext:shopify:77")
                        .json()
                        .get("first_name")
                        .asString())
                .isEqualTo("v4");
    }

    @Test
    void contactBatchesFollowTheFourRules() {
        JsonNode first = engine.post("/contacts/batch", """
                {"contacts":[{"email":"r1@example.com","external_ids":{"crm":"1"},"tags":["a"]},
                             {"email":"r2@example.com","status":"unsubscribed"},{"email":"no"},{"first_name":"x"}]}""").json();
        assertThat(statuses(first)).containsExactly("created", "created", "failed", "failed");
        assertThat(first.get("failed").intValue()).isEqualTo(2);

        JsonNode second = engine.post("/contacts/batch", """
                {"contacts":[{"email":"r1@example.com","external_ids":{"crm":"1"},"tags":["a"]},
                             {"email":"r2@example.com","status":"subscribed","first_name":"R"},
                             {"email":"r2@example.com","external_ids":{"crm":"1"}}]}""").json();
        assertThat(statuses(second)).containsExactly("unchanged", "updated", "failed");
        assertThat(second.get("results").get(1).get("kept_status").asString()).isEqualTo("unsubscribed");
        JsonNode conflict = second.get("results").get(2).get("error");
        assertThat(conflict.get("code").asString()).isEqualTo("conflict");
        assertThat(conflict.get("ids")).hasSize(2);

        JsonNode third = engine.post("/contacts/batch", """
                {"resubscribe":true,"contacts":[{"email":"r2@example.com",
                 "consent":{"status":"subscribed","at":"2099-01-01T00:00:00Z"}}]}""").json();
        assertThat(statuses(third)).containsExactly("updated");
        assertThat(engine.get("/contacts/r2@example.com").json().get("status").asString())
                .isEqualTo("subscribed");

        engine.post("/contacts/batch", """
                {"merge":true,"contacts":[{"email":"r2@example.com","external_ids":{"crm":"1"}}]}""");
        assertThat(engine.get("/contacts/ext:crm:1").json().get("id"))
                .isEqualTo(engine.get("/contacts/r2@example.com").json().get("id"));
    }

    private static List<String> statuses(JsonNode batch) {
        return batch.get("results")
                .valueStream()
                .map(result -> result.get("status").asString())
                .toList();
    }

    @Test
    void contactsAreChangedArchivedAndFoundByEveryKey() {
        String id = engine.post("/contacts", """
                {"email":"jo+x@example.com","external_ids":{"crm":"A/9"},"fields":{"plan":"pro","n":1},"city":"Rome"}""").json().get("id").asString();
        engine.call("PUT", "/contacts/" + id, "{\"city\":null,\"fields\":{\"n\":null},\"tags\":{\"add\":[\"vip\"]}}");

        JsonNode contact = engine.get("/contacts/jo%2Bx%40example.com").json();
        assertThat(contact).isEqualTo(engine.get("/contacts/ext:crm:A%2F9").json());
        assertThat(contact.get("city").isNull()).isTrue();
        assertThat(contact.get("fields").toString()).isEqualTo("{\"plan\":\"pro\"}");
        assertThat(contact.get("tags").get(0).asString()).isEqualTo("vip");
        assertThat(contact.get("status").asString()).isEqualTo("pending");

        assertThat(engine.call("DELETE", "/contacts/" + id, null).status()).isEqualTo(204);
        assertThat(engine.get("/contacts/" + id).json().get("status").asString())
                .isEqualTo("archived");
        assertThat(engine.post("/contacts?mode=create_only", "{\"email\":\"jo+x@example.com\"}")
                        .status())
                .isEqualTo(200);
        Answer taken = engine.post("/contacts?mode=create_only", "{\"email\":\"jo+x@example.com\"}");
        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.json().get("existing_id").asString()).isEqualTo(id);
        assertThat(engine.get("/contacts/none@example.com").status()).isEqualTo(404);
    }

    @Test
    void listsHoldContactsById() {
        String list = engine.post("/lists", "{\"name\":\"customers\"}")
                .json()
                .get("id")
                .asString();
        assertThat(engine.post("/lists", "{\"name\":\"customers\"}")
                        .json()
                        .get("existing_id")
                        .asString())
                .isEqualTo(list);
        engine.post("/contacts", "{\"email\":\"m1@example.com\",\"lists\":[\"customers\"]}");
        JsonNode added = engine.post("/lists/" + list + "/contacts", """
                {"contacts":["m1@example.com","m2@example.com","con_none"],"create_missing":true}""").json();
        assertThat(added.get("results"))
                .extracting(result -> result.get("status").asString())
                .containsExactly("unchanged", "added", "not_found");
        assertThat(engine.get("/lists/" + list).json().get("contact_count").intValue())
                .isEqualTo(2);
        engine.post("/lists/" + list + "/contacts/remove", "{\"contacts\":[\"m1@example.com\"]}");
        assertThat(engine.get("/lists/" + list + "/contacts").json().get("data"))
                .extracting(contact -> contact.get("email").asString())
                .containsExactly("m2@example.com");
        assertThat(engine.post("/contacts/batch", "{\"contacts\":[{\"email\":\"m3@example.com\",\"lists\":[\"no\"]}]}")
                        .json()
                        .get("results")
                        .get(0)
                        .get("error")
                        .get("code")
                        .asString())
                .isEqualTo("unknown_list");
    }

    @Test
    void suppressionsStopWhatTheirScopeSays() {
        JsonNode added = engine.post("/suppressions", """
                {"items":[{"email":"s1@example.com","reason":"manual"},{"email":"bad"},
                          {"email":"s2@example.com","reason":"complaint"}]}""").json();
        assertThat(added.get("results"))
                .extracting(result -> result.get("status").asString())
                .containsExactly("added", "failed", "added");
        assertThat(engine.post("/messages", "{\"to\":[\"S1@example.com\"],\"subject\":\"s\",\"text\":\"t\"}")
                        .json()
                        .get("status")
                        .asString())
                .isEqualTo("dropped");
        assertThat(engine.call("DELETE", "/suppressions/s1@example.com", null).status())
                .isEqualTo(204);
        assertThat(engine.call("DELETE", "/suppressions/s2@example.com", null).status())
                .isEqualTo(409);
        assertThat(engine.call("DELETE", "/suppressions/s2@example.com?force=true", null)
                        .status())
                .isEqualTo(204);
    }

    @Test
    void pagesThroughListings() {
        for (int i = 0; i < 5; i++) {
            engine.post("/contacts", "{\"email\":\"page" + i + "@pages.example.com\"}");
        }
        JsonNode first = engine.get("/contacts?q=pages.example.com&limit=3&sort=created_at&include_total=true")
                .json();
        JsonNode second = engine.get("/contacts?q=pages.example.com&limit=3&sort=created_at&cursor="
                        + first.get("next_cursor").asString())
                .json();

        assertThat(first.get("total").intValue()).isEqualTo(5);
        assertThat(first.get("has_more").booleanValue()).isTrue();
        assertThat(second.get("has_more").booleanValue()).isFalse();
        assertThat(second.get("data"))
                .extracting(contact -> contact.get("email").asString())
                .containsExactly("page3@pages.example.com", "page4@pages.example.com");
        assertThat(engine.get("/contacts?cursor=x").code()).isEqualTo("invalid_cursor");
        assertThat(engine.get("/contacts?colour=red").code()).isEqualTo("invalid_parameter");
    }

    @Test
    void answersARepeatedIdempotencyKeyWithTheFirstReply() {
        String body = "{\"to\":[\"idem@example.com\"],\"subject\":\"s\",\"text\":\"t\"}";
        Answer first = engine.call("POST", "/messages", body, "Idempotency-Key", "k1");
        Answer second = engine.call("POST", "/messages", body, "Idempotency-Key", "k1");

        assertThat(second.raw().body()).isEqualTo(first.raw().body());
        assertThat(second.status()).isEqualTo(202);
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(engine.call("POST", "/messages", body.replace("\"s\"", "\"z\""), "Idempotency-Key", "k1")
                        .code())
                .isEqualTo("idempotency_mismatch");
        settled(first.json().get("id").asString(), "delivered");
        assertThat(engine.inbox("idem@example.com")).hasSize(1);
    }

    @Test
    void tellsWrongMethodsPathsAndBodiesApart() throws IOException {
        Answer patch = engine.call("PATCH", "/messages", "{}");
        assertThat(patch.status()).isEqualTo(405);
        assertThat(patch.header("Allow")).isEqualTo("GET, POST");
        assertThat(engine.get("/nothing").code()).isEqualTo("unknown_endpoint");
        assertThat(engine.post("/messages", "{\"to\":").code()).isEqualTo("invalid_json");
        assertThat(engine.post("/messages", "[]").code()).isEqualTo("invalid_json");
        Answer tooLarge = engine.post("/lists", "{\"name\":\"" + "x".repeat(1_100_000) + "\"}");
        assertThat(tooLarge.status()).isEqualTo(413);
        assertThat(tooLarge.json().get("max_bytes").longValue()).isEqualTo(1024 * 1024);
        String many = "{}" + ",{}".repeat(500);
        assertThat(engine.post("/messages/batch", "{\"messages\":[" + many + "]}")
                        .json()
                        .get("max_items")
                        .intValue())
                .isEqualTo(500);
        Answer text = engine.send(
                "POST",
                "/v1/lists",
                "x".getBytes(StandardCharsets.UTF_8),
                "Authorization",
                "Bearer " + engine.key,
                "Content-Type",
                "text/plain");
        assertThat(text.status()).isEqualTo(415);

        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write("{\"name\":\"zipped\"}".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(engine.send(
                                "POST",
                                "/v1/lists",
                                packed.toByteArray(),
                                "Authorization",
                                "Bearer " + engine.key,
                                "Content-Type",
                                "application/json",
                                "Content-Encoding",
                                "gzip")
                        .status())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing_key", "malformed_key", "unknown_key", "key_in_url"})
    void tellsWhatIsWrongWithAKey(String code) {
        String path = "/v1/ping";
        String[] headers = {"X-Request-Id", "mine-1"};
        switch (code) {
            case "malformed_key" -> headers = new String[] {"Authorization", "Bearer sml_x", "X-Request-Id", "mine-1"};
            case "unknown_key" ->
                headers = new String[] {"Authorization", "Bearer " + RunningEngine.newKey(), "X-Request-Id", "mine-1"};
            case "key_in_url" -> path += "?api_key=" + engine.key;
            default -> {}
        }
        Answer answer = engine.send("GET", path, null, headers);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("X-Request-Id")).isEqualTo("mine-1");
        assertThat(answer.json().get("request_id").asString()).isEqualTo("mine-1");
        assertThat(answer.header("RateLimit")).isNotNull();
        assertThat(answer.raw().body()).doesNotContain(engine.key);
    }

    @Test
    void describesItselfWithoutAKey() {
        JsonNode description = engine.send("GET", "/v1/openapi.json", null).json();
        assertThat(description.get("openapi").asString()).startsWith("3.1");
        assertThat(engine.send("GET", "/v1/status", null).json().get("status").asString())
                .isEqualTo("ok");
        JsonNode account = engine.get("/account").json();
        assertThat(account.get("limits").get("messages_per_batch").intValue()).isEqualTo(500);
        assertThat(account.get("capabilities").toString()).contains("messages.batch", "contacts.batch");
        assertThat(engine.get("/ping").json().get("mode").asString()).isEqualTo("live");
    }

    @Test
    void describesExactlyTheMethodsThatAreThere() {
        JsonNode paths = engine.send("GET", "/v1/openapi.json", null).json().get("paths");
        paths.properties().forEach(path -> {
            String allowed = path.getValue().propertyNames().stream()
                    .map(method -> method.toUpperCase(Locale.ROOT))
                    .sorted()
                    .collect(Collectors.joining(", "));
            Answer answer = engine.call("PATCH", path.getKey().replaceAll("\\{.*?}", "x"), null);
            assertThat(answer.header("Allow")).as(path.getKey()).isEqualTo(allowed);
        });
    }

    @Test
    void refusesWhatIsNoHttpWithoutHtml() throws IOException {
        try (var socket = new java.net.Socket(
                "127.0.0.1", java.net.URI.create(engine.url()).getPort())) {
            socket.getOutputStream()
                    .write("GET /v1/\0ping HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 400")
                    .contains("application/problem+json")
                    .doesNotContain("<html");
        }
    }
}

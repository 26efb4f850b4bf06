// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleTest {
    private static final String HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    private static final List<String> PAGES = List.of(
            "/console", "/console/", "/console/timeline", "/console/inbox", "/console/dead-letters", "/console/routes");

    @TempDir
    static Path folder;

    private static ConsoleHarness hub;

    @BeforeAll
    static void start() {
        hub = new ConsoleHarness(folder);
    }

    @BeforeEach
    void empty() {
        hub.empty();
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void strangersAreSentToTheLogInAndCannotPost() {
        for (String page : PAGES) {
            HttpResponse<String> answer = hub.get(page);
            assertThat(answer.statusCode()).as(page).isEqualTo(303);
            assertThat(answer.headers().firstValue("Location").orElseThrow()).startsWith("/console/login");
        }
        assertThat(hub.post("/console/dead-letters/env_1/replay", "").statusCode())
                .isEqualTo(401);
        assertThat(hub.post("/console/logout", "").statusCode()).isEqualTo(401);
        HttpResponse<String> style = hub.get("/console/assets/console.css");
        assertThat(style.statusCode()).isEqualTo(200);
    }

    @Test
    void theKeyOpensAFreshSessionWhoseCookieIsStrict() {
        HttpResponse<String> form = hub.get("/console/login?to=%2Fconsole%2Froutes");
        String planted = "; hub_session=0123456789ABCDEF0123456789ABCDEF";

        HttpResponse<String> answer = hub.postForm(
                "/console/login",
                "to=%2Fconsole%2Froutes&key=" + ConsoleHarness.KEY + "&csrf=" + ConsoleHarness.csrfOf(form),
                ConsoleHarness.cookieOf(form) + planted);

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).hasValue("/console/routes");
        assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
                .startsWith("hub_session=")
                .doesNotContain("0123456789ABCDEF0123456789ABCDEF")
                .contains("Path=/console", "HttpOnly", "SameSite=Strict");
        String cookie = ConsoleHarness.cookieOf(answer);
        for (String page : PAGES) {
            assertThat(hub.get(page, "Cookie", cookie).statusCode()).as(page).isEqualTo(200);
        }
    }

    @Test
    void aSecondLogInDoesNotKeepTheFirstSession() {
        String first = hub.logIn();
        HttpResponse<String> form = hub.get("/console/login");

        String second = ConsoleHarness.cookieOf(hub.postForm(
                "/console/login",
                "key=" + ConsoleHarness.KEY + "&csrf=" + ConsoleHarness.csrfOf(form),
                ConsoleHarness.cookieOf(form) + "; " + first));

        assertThat(second).isNotEqualTo(first);
        assertThat(hub.get("/console", "Cookie", first).statusCode()).isEqualTo(303);
    }

    @Test
    void aWrongKeyIsRefusedWithAMessageAndNoSession() {
        HttpResponse<String> form = hub.get("/console/login");

        HttpResponse<String> answer = hub.postForm(
                "/console/login", "key=sml_wrong&csrf=" + ConsoleHarness.csrfOf(form), ConsoleHarness.cookieOf(form));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("role=\"alert\"").doesNotContain("sml_wrong");
        assertThat(answer.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.startsWith("hub_session"));
    }

    @Test
    void aLogInFormFromElsewhereIsRefused() {
        assertThat(hub.postForm("/console/login", "key=" + ConsoleHarness.KEY + "&csrf=abc", "x=y")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void theLogInLeadsNowhereElse() {
        for (String to : List.of("https://example.com", "//example.com", "/console/..%5C%5Cexample.com", "/admin")) {
            assertThat(hub.get("/console/login?to=" + to).body())
                    .as(to)
                    .contains("name=\"to\" value=\"/console\"")
                    .doesNotContain("example.com");
        }
    }

    @Test
    void aSessionEndsWhenIdleThoughThePageRefreshesItself() {
        String cookie = hub.logIn();

        hub.pass(Duration.ofMinutes(29));
        assertThat(hub.get("/console", "Cookie", cookie).statusCode()).isEqualTo(200);
        hub.pass(Duration.ofMinutes(29));
        assertThat(hub.get("/console", "Cookie", cookie, "X-Console-Refresh", "1")
                        .statusCode())
                .isEqualTo(200);
        hub.pass(Duration.ofMinutes(2));
        assertThat(hub.get("/console", "Cookie", cookie).statusCode()).isEqualTo(303);
    }

    @Test
    void aSessionEndsWithItsKeyAndWithTheLogOut() {
        String cookie = hub.logIn();
        String csrf = ConsoleHarness.csrfOf(hub.get("/console", "Cookie", cookie));
        assertThat(hub.postForm("/console/logout", "csrf=" + csrf, cookie).statusCode())
                .isEqualTo(303);
        assertThat(hub.get("/console", "Cookie", cookie).statusCode()).isEqualTo(303);

        String other = hub.logIn();
        hub.world.keyIsValid = false;
        assertThat(hub.get("/console", "Cookie", other).statusCode()).isEqualTo(303);
    }

    @Test
    void aBearerKeyReadsButDoesNotChange() {
        String bearer = "Bearer " + ConsoleHarness.KEY;
        assertThat(hub.get("/console", "Authorization", bearer).statusCode()).isEqualTo(200);
        assertThat(hub.get("/console", "Authorization", "Bearer sml_wrong").statusCode())
                .isEqualTo(401);
        assertThat(hub.post("/console/dead-letters/env_1/replay", "", "Authorization", bearer)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void pagesForbidScriptsFromElsewhereFramesAndCaching() {
        HttpResponse<String> page = hub.get("/console", "Cookie", hub.logIn());

        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.body())
                .doesNotContain("style=")
                .doesNotContain("http://")
                .doesNotContain("https://");
    }

    @Test
    void anEmptyHubSaysWhatToDoNext() {
        String cookie = hub.logIn();

        assertThat(hub.get("/console", "Cookie", cookie).body())
                .contains("All is well", "./hub webhook send demo-shop orders/paid");
        assertThat(hub.get("/console/timeline", "Cookie", cookie).body())
                .contains("./hub webhook send")
                .doesNotContain("<table");
        assertThat(hub.get("/console/inbox", "Cookie", cookie).body()).contains("./hub webhook send");
        assertThat(hub.get("/console/routes", "Cookie", cookie).body()).contains("./hub routes check");
        assertThat(hub.get("/console/dead-letters", "Cookie", cookie).body()).contains("No dead letters");
    }

    @Test
    void theOverviewShowsProblemsFirstThenFigures() {
        hub.deadReceipt("1", "no such field", "{}".getBytes(StandardCharsets.UTF_8));
        hub.deliveredReceipt("2");
        hub.world.routes.add(new RoutesView.Route(
                "welcome", "routes/welcome.yaml", null, null, "broken", 4, "no such option 'lst'", 0, null));
        hub.world.routes.add(new RoutesView.Route(
                "crm-poll",
                "routes/crm-poll.yaml",
                "A rule.",
                "poll:crm/contacts",
                "running",
                0,
                null,
                0,
                "503 from crm"));
        hub.world.upstream =
                new UpstreamView.Upstream(60, 60, 58, 0, 2, hub.world.now, List.of(), null, "401 unknown_key");

        String page = hub.get("/console", "Cookie", hub.logIn()).body();

        assertThat(page)
                .contains(
                        "1 route file is broken",
                        "routes/welcome.yaml:4: no such option",
                        "crm-poll cannot read its source just now",
                        "1 dead letter waits for you",
                        "refuses the hub&#39;s key",
                        "58 of 60 requests used",
                        "2 receipts in the last hour",
                        "adds up")
                .doesNotContain("All is well")
                .doesNotContain("does not add up");
        assertThat(page.indexOf("is broken")).isLessThan(page.indexOf("Latest receipts"));
    }

    @Test
    void aReceiptIsFoundByItsIdAndItsStoryIsTold() {
        String receipt = hub.deliveredReceipt("1");
        String cookie = hub.logIn();

        HttpResponse<String> found = hub.get("/console/timeline?receipt=+" + receipt + "+", "Cookie", cookie);
        assertThat(found.headers().firstValue("Location").orElseThrow()).endsWith("/console/timeline/" + receipt);
        assertThat(hub.get("/console/timeline/" + receipt, "Cookie", cookie).body())
                .contains("accepted", "journalled", "delivered", "msg_1", ">sent<");
        assertThat(hub.get("/console/timeline?receipt=env_nothing", "Cookie", cookie)
                        .body())
                .contains("There is no receipt");
        HttpResponse<String> missing = hub.get("/console/timeline/env_nothing", "Cookie", cookie);
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(missing.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
    }

    @Test
    void aDeadLetterIsReplayedWithTheFormsTokenOnly() {
        String id = hub.deadReceipt("1", "no such field", "{\"id\": 1}".getBytes(StandardCharsets.UTF_8));
        String cookie = hub.logIn();
        HttpResponse<String> page = hub.get("/console/dead-letters/" + id, "Cookie", cookie);
        assertThat(page.body()).contains("no such field", "{&quot;id&quot;: 1}", "Replay");
        String replay = "/console/dead-letters/" + id + "/replay";

        assertThat(hub.postForm(replay, "csrf=wrong", cookie).statusCode()).isEqualTo(403);
        HttpResponse<String> done = hub.postForm(replay, "reason=mended&csrf=" + ConsoleHarness.csrfOf(page), cookie);

        assertThat(done.statusCode()).isEqualTo(302);
        String story = done.headers().firstValue("Location").orElseThrow();
        assertThat(story).contains("/console/timeline/" + id);
        assertThat(hub.get(story, "Cookie", cookie).body()).contains("Replayed.", "mended", "waiting");
        assertThat(hub.postForm(replay, "csrf=" + ConsoleHarness.csrfOf(page), cookie)
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void hostileTextIsShownNotRun() {
        String id = hub.deadReceipt("1", HOSTILE, HOSTILE.getBytes(StandardCharsets.UTF_8));
        hub.world.routes.add(
                new RoutesView.Route(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "broken", 1, HOSTILE, 0, HOSTILE));
        hub.world.mails.add(new InboxView.Mail(
                "mail_1",
                List.of(HOSTILE),
                HOSTILE,
                HOSTILE,
                HOSTILE,
                HOSTILE,
                Map.of(HOSTILE, HOSTILE),
                hub.world.now));
        String cookie = hub.logIn();

        for (String page : List.of(
                "/console",
                "/console/routes",
                "/console/inbox",
                "/console/inbox/mail_1",
                "/console/inbox?to=%3Cscript%3Ealert(1)%3C/script%3E",
                "/console/dead-letters",
                "/console/dead-letters/" + id,
                "/console/timeline/" + id,
                "/console/timeline?receipt=%3Cscript%3Ealert(1)%3C/script%3E")) {
            HttpResponse<String> answer = hub.get(page, "Cookie", cookie);
            assertThat(answer.statusCode()).as(page).isEqualTo(200);
            assertThat(answer.body())
                    .as(page)
                    .doesNotContain("<script>")
                    .doesNotContain("<img")
                    .doesNotContain("\"'>");
        }
    }

    @Test
    void aMailIsRenderedInAFrameWithoutRights() {
        hub.world.mails.add(new InboxView.Mail(
                "mail_1",
                List.of("ada@example.com"),
                "shop@example.com",
                "Your order",
                "plain words",
                "<p style=\"color:red\">Thank you</p>",
                Map.of("Message-ID", "<1@example.com>"),
                hub.world.now));
        String cookie = hub.logIn();

        assertThat(hub.get("/console/inbox", "Cookie", cookie).body()).contains("Your order", "ada@example.com");
        HttpResponse<String> mail = hub.get("/console/inbox/mail_1", "Cookie", cookie);

        assertThat(mail.body())
                .contains(
                        "sandbox=\"\"",
                        "srcdoc=\"&lt;p style=&quot;color:red&quot;&gt;Thank you&lt;/p&gt;\"",
                        "plain words",
                        "&lt;1@example.com&gt;");
        assertThat(mail.headers().allValues("Content-Security-Policy"))
                .singleElement()
                .asString()
                .contains("script-src 'self'", "img-src 'self' data:");
        assertThat(hub.get("/console/inbox/mail_2", "Cookie", cookie).statusCode())
                .isEqualTo(404);
    }

    @Test
    void anUnknownPageIsAPageOfItsOwn() {
        HttpResponse<String> answer = hub.get("/console/nothing", "Cookie", hub.logIn());

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("Back to the overview");
    }
}

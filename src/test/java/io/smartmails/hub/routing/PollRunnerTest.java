// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.smartmails.hub.component.PollSchedule;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.queue.CheckpointStore;
import io.smartmails.hub.queue.Wakeup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Polls with the shipped Salesforce connector against a two-page answer. */
class PollRunnerTest {
    @TempDir
    Path folder;

    private RoutingKit kit;
    private HttpServer salesforce;
    private PollRunner polls;
    private CheckpointStore checkpoints;
    private int secondPageStatus = 200;

    @BeforeEach
    void open() throws IOException {
        kit = new RoutingKit(folder);
        salesforce = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String url = "http://127.0.0.1:" + salesforce.getAddress().getPort();
        salesforce.createContext("/", exchange -> answer(exchange, url));
        salesforce.start();
        checkpoints = new CheckpointStore(kit.database, kit.clock);
        var connectors = Connectors.load(Path.of("."), name -> name.equals("DEMO_CRM_URL") ? url : null, kit.clock);
        kit.camel.getRegistry().bind("connectors", connectors);
        polls = new PollRunner(
                kit.database,
                kit.envelopes,
                checkpoints,
                connectors,
                kit.rules,
                kit.retry,
                kit.clock,
                kit.ids,
                new Wakeup());
        kit.write("crm.yaml", RoutingKit.rule("crm", "poll:demo-crm/contacts?every=15m", "smartmails:contact?list=a"));
        kit.deployer.deployAll();
    }

    @AfterEach
    void close() {
        salesforce.stop(0);
        kit.close();
    }

    @Test
    void isDueAfterItsInitialDelayAndThenAtItsInterval() {
        assertThat(polls.due()).isEmpty();
        kit.clock.advance(Duration.ofSeconds(1));
        PollSchedule due = polls.due().iterator().next();

        polls.read(due, () -> true);

        assertThat(polls.due()).isEmpty();
        kit.clock.advance(Duration.ofMinutes(15));
        assertThat(polls.due()).containsExactly(due);
    }

    @Test
    void readsEveryPageAndDropsWhatItHadBefore() {
        readDue();
        assertThat(envelopes()).isEqualTo(2);
        assertThat(checkpoints.read("demo-crm", "contacts")).containsKey("high");

        kit.clock.advance(Duration.ofMinutes(15));
        readDue();
        assertThat(envelopes()).isEqualTo(2);
    }

    @Test
    void aBusySystemIsAskedAgainFromTheCheckpoint() {
        secondPageStatus = 503;
        readDue();
        assertThat(envelopes()).isEqualTo(1);
        assertThat(checkpoints.read("demo-crm", "contacts")).containsKey("next");
        assertThat(polls.failureOf("crm")).isNotBlank();

        secondPageStatus = 200;
        kit.clock.advance(Duration.ofSeconds(10));
        readDue();
        assertThat(envelopes()).isEqualTo(2);
        assertThat(polls.failureOf("crm")).isNull();
    }

    @Test
    void aSystemThatRefusesIsAskedAtTheNextInterval() {
        secondPageStatus = 400;
        readDue();
        assertThat(polls.failureOf("crm")).isNotBlank();

        kit.clock.advance(Duration.ofMinutes(14));
        assertThat(polls.due()).isEmpty();
        kit.clock.advance(Duration.ofMinutes(1));
        assertThat(polls.due()).hasSize(1);
    }

    @Test
    void aPollOrConnectionThatIsNotThereIsRefusedWithTheNearestName() {
        kit.write("a.yaml", RoutingKit.rule("a", "poll:demo-crn/contacts?every=15m", "mock:x"));
        kit.write("b.yaml", RoutingKit.rule("b", "poll:demo-crm/contact?every=15m", "mock:x"));
        kit.scanTwice();

        assertThat(kit.status("a.yaml").error().toString())
                .startsWith("a.yaml:5: there is no connection 'demo-crn'")
                .contains("did you mean 'demo-crm'");
        assertThat(kit.status("b.yaml").error().toString())
                .startsWith("b.yaml:5: ")
                .contains("did you mean 'contacts'");
    }

    private void readDue() {
        polls.due();
        kit.clock.advance(Duration.ofSeconds(1));
        polls.due().forEach(due -> polls.read(due, () -> true));
    }

    private int envelopes() {
        return kit.database
                .read()
                .sql("SELECT COUNT(*) FROM envelope WHERE topic = 'poll/contacts'")
                .query(Integer.class)
                .single();
    }

    private void answer(HttpExchange exchange, String url) throws IOException {
        String path = exchange.getRequestURI().getPath();
        boolean second = path.contains("/more");
        if (path.contains("/oauth2/token")) {
            reply(exchange, 200, "{\"access_token\": \"t\", \"instance_url\": \"" + url + "\"}");
        } else if (second) {
            reply(exchange, secondPageStatus, page("003000000000002AAA", ""));
        } else {
            reply(
                    exchange,
                    200,
                    page("003000000000001AAA", "\"nextRecordsUrl\": \"/services/data/v62.0/query/more\", "));
        }
    }

    private static String page(String id, String next) {
        return "{" + next + "\"records\": [{\"Id\": \"" + id
                + "\", \"Email\": \"jane@example.com\", \"SystemModstamp\": \"2026-11-20T08:00:00.000+0000\"}]}";
    }

    private static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}

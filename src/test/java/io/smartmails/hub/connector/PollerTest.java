// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.sandbox.Sandbox;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PollerTest {
    /** Long ago, because the JDK's server puts the machine's own time into its answers and the earlier of the two counts. */
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2020-11-23T12:00:00Z"));

    private final InstantSource clock = now::get;
    private final Sandbox sandbox = Sandbox.start(0, clock);
    private final Poller poller = poller(sandbox.port());

    private Poller poller(int port) {
        var connection = Connectors.load(
                        Path.of("."), name -> name.equals("DEMO_CRM_URL") ? "http://127.0.0.1:" + port : null, clock)
                .connection("demo-crm")
                .orElseThrow();
        return connection.connector().poll(connection, "contacts");
    }

    @AfterEach
    void stop() {
        sandbox.close();
    }

    private void pass(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }

    private void put(int number, String email) {
        sandbox.salesforce()
                .putContact("003000000001%03dAAA".formatted(number), Map.of("LastName", "Test", "Email", email));
    }

    /** Pages until the round ends. @return dedupe ids, and the last checkpoint behind them */
    private Map<String, String> round(Map<String, String> checkpoint, List<String> seen) {
        var at = checkpoint;
        while (true) {
            var page = poller.next(at);
            page.deliveries().forEach(delivery -> seen.add(delivery.dedupeId()));
            at = page.checkpoint();
            if (!page.more()) {
                return at;
            }
        }
    }

    @Test
    void readsAllRecordsOnceOverSeveralPagesEvenWhenTheyShareOneSecond() {
        for (int i = 0; i < 20; i++) {
            put(i, "p" + i + "@example.com");
        }
        sandbox.salesforce().pageRows(3);
        pass(Duration.ofMinutes(1));
        var seen = new ArrayList<String>();
        round(Map.of(), seen);
        assertThat(seen).hasSize(23).doesNotHaveDuplicates();
    }

    @Test
    void readsOnlyTheOverlapAgainAndWithTheSameDedupeIds() {
        pass(Duration.ofMinutes(1));
        var first = new ArrayList<String>();
        var checkpoint = round(Map.of(), first);
        put(1, "late@example.com");
        pass(Duration.ofMinutes(1));
        var second = new ArrayList<String>();
        checkpoint = round(checkpoint, second);
        assertThat(second).hasSize(4).containsAll(first);
        pass(Duration.ofHours(1));
        var third = new ArrayList<String>();
        checkpoint = round(checkpoint, third);
        assertThat(third).isSubsetOf(second);
        pass(Duration.ofHours(1));
        var fourth = new ArrayList<String>();
        round(checkpoint, fourth);
        assertThat(fourth).isEmpty();
    }

    @Test
    void aSystemWhoseClockIsBehindOursLosesNothing() throws IOException {
        now.set(Instant.parse("2999-01-01T00:00:00Z"));
        var record = RECORD.formatted("2020-11-20T10:00:00.000+0000");
        answering(
                "{\"records\":[" + record + "]}",
                poll -> assertThat(
                                Instant.parse(poll.next(Map.of()).checkpoint().get("high")))
                        .isBefore(Instant.parse("2998-01-01T00:00:00Z")));
    }

    @Test
    void givesAChangedRecordANewDedupeId() {
        put(1, "one@example.com");
        pass(Duration.ofMinutes(1));
        var seen = new ArrayList<String>();
        var checkpoint = round(Map.of(), seen);
        put(1, "two@example.com");
        pass(Duration.ofMinutes(1));
        round(checkpoint, seen);
        assertThat(seen.stream().filter(id -> id.startsWith("003000000001001AAA")))
                .hasSizeGreaterThanOrEqualTo(2)
                .satisfies(ids -> assertThat(new HashSet<>(ids)).hasSize(2));
    }

    @Test
    void leavesTheUnfinishedSecondForTheNextRound() {
        pass(Duration.ofMinutes(1));
        put(1, "fresh@example.com");
        var seen = new ArrayList<String>();
        var checkpoint = round(Map.of(), seen);
        assertThat(seen).hasSize(3);
        pass(Duration.ofSeconds(3));
        round(checkpoint, seen);
        assertThat(seen).anyMatch(id -> id.startsWith("003000000001001AAA"));
    }

    @Test
    void resumesInTheMiddleFromAStoredCheckpointEvenWhenTheNextPageIsForgotten() {
        for (int i = 0; i < 10; i++) {
            put(i, "p" + i + "@example.com");
        }
        sandbox.salesforce().pageRows(4);
        pass(Duration.ofMinutes(1));
        var page = poller.next(Map.of());
        var seen = new ArrayList<String>();
        page.deliveries().forEach(delivery -> seen.add(delivery.dedupeId()));
        sandbox.salesforce().forgetPages();
        var stored = Map.copyOf(page.checkpoint());
        var again = new ArrayList<>(seen);
        round(stored, seen);
        assertThat(seen).hasSize(13).doesNotHaveDuplicates().isSortedAccordingTo(Comparator.naturalOrder());
        round(stored, again);
        assertThat(again).isEqualTo(seen);
    }

    @Test
    void logsInOnceAndOnceMoreWhenTheSessionEnds() {
        pass(Duration.ofMinutes(1));
        round(round(Map.of(), new ArrayList<>()), new ArrayList<>());
        assertThat(sandbox.salesforce().logins()).isEqualTo(1);
        sandbox.salesforce().endSessions();
        round(Map.of(), new ArrayList<>());
        assertThat(sandbox.salesforce().logins()).isEqualTo(2);
    }

    @Test
    void tellsLaterFromNever() {
        sandbox.salesforce().failNext(429, 500, 403, 400);
        assertThatThrownBy(() -> poller.next(Map.of()))
                .isInstanceOfSatisfying(
                        TransientFailure.class,
                        failure -> assertThat(failure.after()).isEqualTo(Duration.ofSeconds(7)));
        assertThatThrownBy(() -> poller.next(Map.of())).isInstanceOf(TransientFailure.class);
        assertThatThrownBy(() -> poller.next(Map.of())).isInstanceOfSatisfying(TransientFailure.class, failure -> {
            assertThat(failure.after()).isEqualTo(Duration.ofMinutes(5));
            assertThat(failure).hasMessageContaining("REQUEST_LIMIT_EXCEEDED");
        });
        assertThatThrownBy(() -> poller.next(Map.of()))
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContaining("demo-crm")
                .hasMessageContaining("400");
        sandbox.close();
        assertThatThrownBy(() -> poller.next(Map.of()))
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("not reachable");
    }

    @Test
    void givesDeliveriesThatTheMappingUnderstands() {
        pass(Duration.ofMinutes(1));
        var connection = Connectors.load(Path.of("."), name -> null)
                .connection("demo-crm")
                .orElseThrow();
        var delivery = poller.next(Map.of()).deliveries().get(2);
        assertThat(delivery.topic()).isEqualTo("poll/contacts");
        var event = connection
                .connector()
                .translate(connection, delivery.topic(), delivery.keptHeaders(), delivery.body(), now.get())
                .get(0);
        assertThat(event.type()).isEqualTo("contact.updated");
        assertThat(event.contact().email()).isEqualTo("carol@example.com");
        assertThat(event.contact().consent().state()).hasToString("UNSUBSCRIBED");
    }

    private static final String RECORD = "{\"Id\":\"003000000000001AAA\",\"SystemModstamp\":\"%s\"}";

    /** A system that always gives this answer to a query. */
    private void answering(String answer, ThrowingPoll check) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var body = (exchange.getRequestURI().getPath().endsWith("/token") ? "{\"access_token\":\"t\"}" : answer)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            check.with(poller(server.getAddress().getPort()));
        } finally {
            server.stop(0);
        }
    }

    private interface ThrowingPoll {
        void with(Poller poller) throws IOException;
    }

    @Test
    void noticesAPageThatLeadsToItselfAndARecordThatComesAgain() throws IOException {
        var record = RECORD.formatted("2020-11-20T10:00:00.000+0000");
        answering("{\"records\":[" + record + "],\"nextRecordsUrl\":\"/services/data/v62.0/query/01g-1\"}", looping -> {
            var first = looping.next(Map.of());
            assertThat(first.more()).isTrue();
            assertThatThrownBy(() -> looping.next(first.checkpoint()))
                    .isInstanceOf(PermanentFailure.class)
                    .hasMessageContaining("does not advance");
        });
        answering(
                "{\"records\":[],\"nextRecordsUrl\":\"/services/data/v62.0/query/01g-1\"}",
                empty -> assertThatThrownBy(() -> empty.next(Map.of())).hasMessageContaining("does not advance"));
    }

    @Test
    void neverTakesTheTokenToAnotherHost() throws IOException {
        var record = RECORD.formatted("2020-11-20T10:00:00.000+0000");
        answering("{\"records\":[" + record + "],\"nextRecordsUrl\":\"https://elsewhere.example.com/p2\"}", lured -> {
            var first = lured.next(Map.of());
            assertThatThrownBy(() -> lured.next(first.checkpoint()))
                    .isInstanceOf(PermanentFailure.class)
                    .hasMessageContaining("another host");
        });
    }

    @Test
    void saysWhatAnAnswerLacks() throws IOException {
        answering(
                "{\"rows\":[]}",
                poll -> assertThatThrownBy(() -> poll.next(Map.of())).hasMessageContaining("/records"));
        answering(
                "{\"records\":[{\"Id\":\"1\"}]}",
                poll -> assertThatThrownBy(() -> poll.next(Map.of())).hasMessageContaining("/SystemModstamp"));
        answering(
                "{\"records\":[" + RECORD.formatted("yesterday") + "]}",
                poll -> assertThatThrownBy(() -> poll.next(Map.of())).hasMessageContaining("not a time"));
        answering(
                "<html>",
                poll -> assertThatThrownBy(() -> poll.next(Map.of()))
                        .isInstanceOf(PermanentFailure.class)
                        .hasMessageContaining("not JSON"));
    }

    @Test
    void aRecordChangedDuringTheRoundDoesNotMoveTheCursorPastOthers() throws IOException {
        var early = RECORD.formatted("2020-11-20T10:00:00.000+0000");
        var bumped = RECORD.formatted("2020-11-23T12:00:30.000+0000").replace("001AAA", "002AAA");
        answering(
                "{\"records\":[" + early + "," + bumped + "]}",
                poll -> assertThat(poll.next(Map.of()).checkpoint())
                        .isEqualTo(Map.of("high", "2020-11-23T11:59:58.000Z")));
    }
}

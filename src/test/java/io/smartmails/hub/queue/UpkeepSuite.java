// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartmails.db.Database;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.problem.ProblemException;
import io.smartmails.testkit.SettableClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters, replays, pressure and retention, on every database. */
abstract class UpkeepSuite {
    private static final RetentionSettings RETENTION = new RetentionSettings(
            Duration.ofDays(30), Duration.ofDays(90), Duration.ofDays(400), Duration.ofDays(14), null);

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final Ids ids = new Ids(clock, new Random(1));
    private final FakeRules rules = new FakeRules();
    private Database database;
    private EnvelopeStore envelopes;
    private RunStore runs;
    private ItemStore items;
    private DeadLetterStore deadLetters;
    private EventStore events;
    private EditStore edits;
    private ReplayStore replays;
    private CountStore counts;
    private TimelineStore timeline;
    private Forecaster forecaster;

    abstract Database open(Path folder);

    /** Every envelope is one order.paid about its dedupe id, for the rule {@code r}, which asks for one mail. */
    private static final class FakeRules implements Rehearsal {
        private boolean broken;

        @Override
        public List<Event> translate(Envelope envelope) {
            if (broken) {
                throw new PermanentFailure("no such field");
            }
            return List.of(event(envelope.dedupeId()));
        }

        @Override
        public List<String> listenersOf(Event event) {
            return List.of("r");
        }

        @Override
        public Optional<Outcome> run(Run run) {
            String identity = "main/r/" + run.event().subject() + (run.again() == null ? "" : "/" + run.again());
            return Optional.of(new Outcome(List.of(new Send(identity, null)), 0, List.of()));
        }
    }

    private static Event event(String subject) {
        return new Event(
                "order.paid",
                "shopify",
                "demo-shop",
                "orders/paid",
                subject,
                Instant.parse("2026-11-24T07:59:00Z"),
                null,
                Map.of("n", 1));
    }

    @BeforeEach
    void open() {
        database = open(folder);
        envelopes = new EnvelopeStore(database, clock);
        runs = new RunStore(database, clock, ids);
        items = new ItemStore(database, clock);
        deadLetters = new DeadLetterStore(database, clock);
        events = new EventStore(database, clock, ids);
        edits = new EditStore(database, clock, ids);
        replays = new ReplayStore(database, clock);
        counts = new CountStore(database);
        timeline = new TimelineStore(clock, ids);
        forecaster = new Forecaster(database, deadLetters, envelopes, runs, events, rules, clock);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private String envelope(String connection, String dedupeId) {
        String id = ids.next("env");
        database.write(tx -> envelopes.accept(
                tx,
                List.of(new Envelope(
                        id,
                        "shopify",
                        connection,
                        "orders/paid",
                        dedupeId,
                        clock.instant(),
                        Map.of("x", "y"),
                        "{\"id\":1.10}".getBytes(StandardCharsets.UTF_8),
                        0))));
        return id;
    }

    private String deadEnvelope(String dedupeId) {
        String id = envelope("demo-shop", dedupeId);
        database.write(tx -> {
            envelopes.fail(tx, id, new RetryPolicy.Dead("no such field"));
            return null;
        });
        return id;
    }

    private String item(String receipt, String identity, Instant expiresAt) {
        String id = ids.next("itm");
        database.write(tx -> items.add(
                tx,
                new Item(
                        id,
                        Item.Kind.SEND,
                        receipt,
                        null,
                        identity,
                        null,
                        Item.Lane.TRANSACTIONAL,
                        "live",
                        expiresAt,
                        0,
                        clock.instant(),
                        "{\"to\":[\"ada@example.com\"],\"n\":1.10}"),
                clock.instant()));
        return id;
    }

    private String deadItem(String receipt, String identity, Instant expiresAt, String cause) {
        String id = item(receipt, identity, expiresAt);
        database.write(tx -> {
            items.fail(tx, id, new RetryPolicy.Dead(cause));
            return null;
        });
        return id;
    }

    private String translated(String dedupeId) {
        String id = envelope("demo-shop", dedupeId);
        database.write(tx -> {
            runs.publish(tx, id, event(dedupeId), List.of("r"));
            return envelopes.settle(tx, id, true);
        });
        return id;
    }

    private void runAll() {
        runs.claim("r", 1_000, Duration.ofMinutes(1))
                .forEach(run -> database.write(tx -> runs.settle(tx, run.id(), "1 send")));
    }

    private ReplayJob job(DeadLetterFilter letters, EventFilter wanted, String again, long total) {
        String id = ids.next("rpl");
        var job = new ReplayJob(
                id,
                ReplayJob.State.RUNNING,
                letters,
                wanted,
                again == null ? null : id,
                "test",
                "key_1",
                clock.instant(),
                null,
                total,
                0,
                0,
                clock.instant(),
                null);
        database.write(tx -> {
            replays.add(tx, job);
            return null;
        });
        return job;
    }

    private ReplayWorker worker(String node) {
        return new ReplayWorker(
                database,
                replays,
                deadLetters,
                events,
                timeline,
                rules,
                new SingleRunner(database, clock, node),
                new Wakeup(),
                List.of());
    }

    private static void finish(Worker worker) {
        while (worker.step()) {
            // a chunk a step
        }
    }

    private void assertThatCountsAddUp() {
        Counts now = counts.counts();
        List<Map<String, Long>> levels = new ArrayList<>(List.of(now.envelopes(), now.runs(), now.fates()));
        levels.addAll(now.items().values());
        for (Map<String, Long> level : levels) {
            long sum = level.entrySet().stream()
                    .filter(entry -> !entry.getKey().equals("accepted"))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            assertThat(sum).as(level.toString()).isEqualTo(level.get("accepted"));
        }
        assertThat(now.fates().get("accepted")).isEqualTo(now.envelopes().get("accepted"));
    }

    @Test
    void deadLettersAreFilteredCountedByReasonAndPaged() {
        String first = deadEnvelope("1");
        clock.advance(Duration.ofMinutes(1));
        Instant between = clock.instant();
        String receipt = translated("2");
        Run run = runs.claim("r", 1, Duration.ofMinutes(1)).get(0);
        database.write(tx -> {
            runs.fail(tx, run.id(), new RetryPolicy.Dead("the template is missing"));
            return null;
        });
        String rejected = deadItem(receipt, "a", null, "SmartMails rejected it: invalid_email, not an address");
        String late = deadItem(receipt, "b", null, "Given up after 7 days and 9 tries: busy");

        assertThat(deadLetters.countByCode(DeadLetterFilter.ALL))
                .isEqualTo(Map.of("mapping_failed", 1L, "rule_failed", 1L, "invalid_email", 1L, "given_up", 1L));
        assertThat(ids(new DeadLetterFilter(DeadLetter.Kind.ITEM, null, null, null, null, null, null)))
                .containsExactly(late, rejected);
        assertThat(ids(new DeadLetterFilter(null, null, "r", null, null, null, null)))
                .containsExactly(run.id());
        assertThat(ids(new DeadLetterFilter(null, "demo-shop", null, "invalid_email", null, null, null)))
                .containsExactly(rejected);
        assertThat(ids(new DeadLetterFilter(null, "demo-crm", null, null, null, null, null)))
                .isEmpty();
        assertThat(ids(new DeadLetterFilter(null, null, null, null, null, between, null)))
                .containsExactly(first);
        assertThat(ids(new DeadLetterFilter(null, null, null, null, between, null, null)))
                .hasSize(3);
        assertThat(ids(new DeadLetterFilter(null, null, null, null, null, null, receipt.substring(0, 29))))
                .contains(run.id(), rejected, late);

        List<String> paged = new ArrayList<>();
        DeadLetterPlace place = null;
        List<DeadLetter> page;
        do {
            page = deadLetters.list(DeadLetterFilter.ALL, place, 1);
            for (DeadLetter letter : page) {
                paged.add(letter.id());
                place = DeadLetterPlace.parse(DeadLetterPlace.of(letter).cursor())
                        .orElseThrow();
            }
        } while (!page.isEmpty());
        assertThat(paged).hasSize(4).doesNotHaveDuplicates().endsWith(first);
        assertThat(deadLetters.find(run.id()).orElseThrow().route()).isEqualTo("r");
        assertThat(DeadLetterPlace.parse("nonsense")).isEmpty();
    }

    private List<String> ids(DeadLetterFilter filter) {
        return deadLetters.list(filter, null, 100).stream().map(DeadLetter::id).toList();
    }

    @Test
    void anEditKeepsWhatWasThereAndWorksOnDeadLettersOnly() {
        String id = deadEnvelope("1");
        assertThat(database.<Boolean>write(tx -> edits.envelope(tx, id, new byte[] {1, 2}, "key_1")))
                .isTrue();
        assertThat(envelopes.find(id).orElseThrow().body()).containsExactly(1, 2);
        assertThat(new String(edits.of(id).get(0).original(), StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":1.10}");
        database.write(tx -> deadLetters.replay(tx, id));
        assertThat(database.<Boolean>write(tx -> edits.envelope(tx, id, new byte[] {3}, "key_1")))
                .isFalse();
    }

    @Test
    void aReplayStartsTheRetryHorizonAnew() {
        String envelope = deadEnvelope("1");
        String item = deadItem(envelope, "a", null, "rejected");
        clock.advance(Duration.ofDays(8));
        database.write(tx -> deadLetters.replay(tx, envelope) && deadLetters.replay(tx, item));
        assertThat(envelopes.horizonStart(envelope)).isEqualTo(clock.instant());
        assertThat(items.find(item).orElseThrow().createdAt()).isEqualTo(clock.instant());
    }

    @Test
    void aForcedReplayMarksWhatItMakesAndAPlainOneTakesTheMarkAway() {
        String id = deadEnvelope("1");
        database.write(tx -> deadLetters.replay(tx, id, "rpl_1"));
        database.write(tx -> {
            runs.publish(tx, id, event("1"), List.of("r"));
            return null;
        });
        assertThat(runs.claim("r", 1, Duration.ofMinutes(1)).get(0).again()).isEqualTo("rpl_1");

        String item = deadItem(id, "a", null, "rejected");
        database.write(tx -> deadLetters.replay(tx, item));
        assertThat(items.find(item).orElseThrow().payload()).doesNotContain("dedupe_id");
        database.write(tx -> {
            items.fail(tx, item, new RetryPolicy.Dead("again"));
            return null;
        });
        database.write(tx -> deadLetters.replay(tx, item, "rpl_2"));
        assertThat(items.find(item).orElseThrow().payload()).contains("\"dedupe_id\":\"" + item + "/rpl_2\"", "1.10");
        assertThat(items.find(item).orElseThrow().identity()).isEqualTo("a");

        database.write(tx -> {
            envelopes.fail(tx, id, new RetryPolicy.Dead("again"));
            return null;
        });
        database.write(tx -> deadLetters.replay(tx, id));
        database.write(tx -> {
            runs.publish(tx, id, event("2"), List.of("r"));
            return null;
        });
        assertThat(runs.claim("r", 1, Duration.ofMinutes(1)).get(0).again()).isNull();
    }

    @Test
    void aBulkReplayGoesInChunksAndOnAfterACrash() {
        for (int i = 0; i < 450; i++) {
            deadEnvelope("e" + i);
        }
        Forecast forecast = forecaster.of(DeadLetterFilter.ALL, clock.instant(), null);
        assertThat(forecast.willSend()).isEqualTo(450);
        assertThat(forecast.sentence()).isEqualTo("Will send 450 mails.");
        ReplayJob job = job(DeadLetterFilter.ALL, null, null, 450);
        clock.advance(Duration.ofSeconds(1));
        String later = deadEnvelope("later");

        assertThat(worker("node_1").step()).isTrue();
        assertThat(replays.find(job.id()).orElseThrow().done()).isEqualTo(200);
        assertThat(worker("node_2").step()).as("while another node does it").isFalse();
        clock.advance(Duration.ofMinutes(2));
        finish(worker("node_2"));

        ReplayJob done = replays.find(job.id()).orElseThrow();
        assertThat(done.state()).isEqualTo(ReplayJob.State.DONE);
        assertThat(done.done()).isEqualTo(450);
        assertThat(done.failed()).isZero();
        assertThat(ids(DeadLetterFilter.ALL)).containsExactly(later);
        assertThatCountsAddUp();
    }

    @Test
    void theForecastKnowsWhatIsLateMailedFailingAndTheSame() {
        String receipt = envelope("demo-shop", "0");
        item(receipt, "main/r/mailed", null);
        deadItem(receipt, "late", clock.instant().minusSeconds(1), "rejected");
        deadItem(receipt, "good", null, "rejected");
        deadEnvelope("mailed");
        deadEnvelope("new");
        String twin = envelope("other-shop", "new");
        database.write(tx -> {
            envelopes.fail(tx, twin, new RetryPolicy.Dead("no such field"));
            return null;
        });

        Forecast forecast = forecaster.of(DeadLetterFilter.ALL, clock.instant(), null);
        assertThat(forecast).isEqualTo(new Forecast(5, 2, 1, 2, 0, 0, 0, false));
        assertThat(forecast.sentence())
                .isEqualTo("Will send 2 mails, 1 is past its deadline and is dropped,"
                        + " 2 were mailed already and are not mailed again.");
        assertThat(forecaster.of(DeadLetterFilter.ALL, clock.instant(), "rpl_1").alreadyMailed())
                .as("forced: only the twin of this replay")
                .isEqualTo(1);
        rules.broken = true;
        assertThat(forecaster.of(DeadLetterFilter.ALL, clock.instant(), null).stillFailing())
                .isEqualTo(3);
        assertThat(forecaster
                        .of(new DeadLetterFilter(null, null, null, "none", null, null, null), clock.instant(), null)
                        .sentence())
                .contains("Nothing matches");
    }

    @Test
    void eventsRunThroughTheirRulesAgainOnce() {
        String receipt = translated("1");
        runAll();
        translated("2");
        clock.advance(Duration.ofHours(1));
        Instant since = clock.instant();
        translated("3");
        runAll();
        var filter = new EventFilter(
                null, "demo-shop", "order.paid", since, clock.instant().plusMillis(1));
        assertThat(forecaster.of(filter, null).matched()).isEqualTo(1);
        job(null, filter, null, 1);
        finish(worker("node_1"));
        assertThat(runs.waitingByRule()).isEqualTo(Map.of("r", 1L));
        runAll();
        job(null, new EventFilter(receipt, null, null, null, null), "forced", 1);
        finish(worker("node_1"));
        List<Run> again = runs.claim("r", 10, Duration.ofMinutes(1));
        assertThat(again).hasSize(1);
        assertThat(again.get(0).again()).startsWith("rpl_");
        assertThat(new StoryStore(database).find(receipt).orElseThrow().entries())
                .anySatisfy(entry -> assertThat(entry.detail()).contains("mailed again", "test"));
        assertThatCountsAddUp();
    }

    @Test
    void pastTheMarkNewWorkIsRefusedAndAlarmsComeOnce() {
        List<String> alarms = new ArrayList<>();
        var pressure = new Pressure(
                new PressureSettings(4, 1, 0, folder),
                database,
                (type, subject, detail) -> alarms.add(type + " " + subject));
        pressure.measure();
        pressure.requireRoom();
        assertThat(alarms).isEmpty();
        envelope("demo-shop", "1");
        String second = envelope("demo-shop", "2");
        pressure.measure();
        pressure.measure();
        assertThat(alarms).containsExactly("pressure.half queue");
        envelope("demo-shop", "3");
        String fourth = envelope("demo-shop", "4");
        pressure.measure();
        assertThat(alarms).containsExactly("pressure.half queue", "pressure.high queue", "pressure.refusing queue");
        assertThatThrownBy(pressure::requireRoom).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem().status()).isEqualTo(503);
            assertThat(refused.problem().code().code()).isEqualTo("overloaded");
            assertThat(refused.problem().headers()).containsKey("Retry-After");
        });
        database.write(tx -> envelopes.settle(tx, fourth, false));
        pressure.measure();
        pressure.requireRoom();
        database.write(tx -> envelopes.settle(tx, second, false));
        pressure.measure();
        assertThat(alarms).as("half is still passed").hasSize(3);
        assertThat(pressure.tightest().orElseThrow().percent()).isEqualTo(50);
    }

    @Test
    void aFullDiskOrTooMuchDataRefusesToo() {
        var full = new Pressure(new PressureSettings(1_000, Long.MAX_VALUE, 0, folder), database, (t, s, d) -> {});
        full.measure();
        assertThat(full.hasRoom()).isFalse();
        var large = new Pressure(new PressureSettings(1_000, 1, 1_000, folder), database, (t, s, d) -> {});
        large.measure();
        assertThat(large.hasRoom()).isFalse();
    }

    @Test
    void retentionTakesBytesThenStoriesThenTheLedgerAndTheCountsStayTrue() {
        String old = translated("old");
        runAll();
        String mailed = item(old, "a", null);
        database.write(tx -> {
            items.deliver(tx, mailed, "msg_1");
            timeline.add(tx, old, "queue", "note", "x", null);
            return null;
        });
        String nothing = envelope("demo-shop", "nothing");
        database.write(tx -> envelopes.settle(tx, nothing, false));
        String dead = deadEnvelope("dead");
        String stuck = envelope("demo-shop", "stuck");
        Counts before = counts.counts();

        clock.advance(Duration.ofDays(31));
        String young = translated("young");
        runAll();
        retain(RETENTION);
        assertThat(envelopes.find(old).orElseThrow().body()).isEmpty();
        assertThat(envelopes.find(old).orElseThrow().headers()).isEmpty();
        assertThat(events.ofEnvelope(old, 1).get(0).event()).isNull();
        assertThat(items.find(mailed).orElseThrow().payload()).isEqualTo("{}");
        assertThat(envelopes.find(dead).orElseThrow().body()).isNotEmpty();
        assertThat(envelopes.find(stuck).orElseThrow().body()).isNotEmpty();
        assertThat(envelopes.find(young).orElseThrow().body()).isNotEmpty();
        assertThatCountsAddUp();

        clock.advance(Duration.ofDays(60));
        retain(RETENTION);
        assertThat(envelopes.find(old)).isEmpty();
        assertThat(envelopes.find(nothing)).isEmpty();
        assertThat(envelopes.find(dead)).isPresent();
        assertThat(items.find(mailed)).isPresent();
        assertThat(new StoryStore(database).find(old)).isEmpty();
        assertThatCountsAddUp();

        clock.advance(Duration.ofDays(310));
        retain(RETENTION);
        assertThat(items.find(mailed)).isEmpty();
        assertThat(envelopes.find(dead)).isPresent();
        assertThatCountsAddUp();
        Counts after = counts.counts();
        assertThat(after.fates().get("accepted")).isEqualTo(before.fates().get("accepted") + 1);
        assertThat(after.fates().get("delivered")).isEqualTo(before.fates().get("delivered"));
        assertThat(after.fates().get("dead")).isEqualTo(1);
        assertThat(after.items()).isEqualTo(before.items());
        assertThat(after.runs().get("done")).isEqualTo(before.runs().get("done") + 1);

        retain(new RetentionSettings(
                Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(30)));
        assertThat(ids(DeadLetterFilter.ALL)).isEmpty();
        assertThatCountsAddUp();
        assertThat(counts.counts().fates().get("accepted"))
                .isEqualTo(after.fates().get("accepted"));
        assertThat(counts.counts().fates().get("waiting")).isEqualTo(1);
    }

    private void retain(RetentionSettings settings) {
        finish(new RetentionWorker(
                database, replays, timeline, settings, new SingleRunner(database, clock, "node_1"), clock));
    }
}

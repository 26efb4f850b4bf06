// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.db.Database;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.timeline.Story;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.testkit.SettableClock;
import java.math.BigDecimal;
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

/** The queue's promises, on every database. */
abstract class QueueSuite {
    static final Duration LEASE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    final SettableClock clock = new SettableClock();
    private final Ids ids = new Ids(clock, new Random(1));
    private final RetryPolicy retries = new RetryPolicy(new Random(1));
    Database database;
    EnvelopeStore envelopes;
    private RunStore runs;
    private ItemStore items;
    private DeadLetterStore deadLetters;
    private CountStore counts;
    private StoryStore stories;

    abstract Database open(Path folder);

    @BeforeEach
    void open() {
        database = open(folder);
        envelopes = new EnvelopeStore(database, clock);
        runs = new RunStore(database, clock, ids);
        items = new ItemStore(database, clock);
        deadLetters = new DeadLetterStore(database, clock);
        counts = new CountStore(database);
        stories = new StoryStore(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    Receipt accept(String dedupeId) {
        var envelope = new Envelope(
                ids.next("env"),
                "shopify",
                "demo-shop",
                "orders/paid",
                dedupeId,
                clock.instant(),
                Map.of("x-shopify-topic", "orders/paid"),
                "{\"id\":1}".getBytes(StandardCharsets.UTF_8),
                0);
        return database.write(tx -> envelopes.accept(tx, List.of(envelope)).get(0));
    }

    void fail(String envelopeId, Throwable failure) {
        database.write(tx -> {
            envelopes.fail(tx, envelopeId, retries.judge(failure, 1, clock.instant(), clock.instant()));
            return null;
        });
    }

    private static Event event(String subject) {
        var contact = new Contact(
                "7", "ada@example.com", "Ada", null, null, null, null, null, null, null, null, null, null, null);
        return new Event(
                "order.paid",
                "shopify",
                "demo-shop",
                "orders/paid",
                subject,
                Instant.parse("2026-11-24T07:59:00Z"),
                contact,
                Map.of("id", 9_007_199_254_740_993L, "total", new BigDecimal("10.10")));
    }

    private List<Run> publishAndClaim(String envelopeId, String... rules) {
        database.write(tx -> {
            runs.publish(tx, envelopeId, event("1001"), List.of(rules));
            envelopes.settle(tx, envelopeId, true);
            return null;
        });
        List<Run> claimed = new ArrayList<>();
        for (String rule : rules) {
            claimed.addAll(runs.claim(rule, 10, LEASE));
        }
        return claimed;
    }

    private boolean addSend(String envelopeId, String runId, String itemId, String identity) {
        return database.write(tx -> items.add(
                tx,
                new Item(
                        itemId,
                        Item.Kind.SEND,
                        envelopeId,
                        runId,
                        identity,
                        null,
                        Item.Lane.TRANSACTIONAL,
                        "live",
                        null,
                        0,
                        clock.instant(),
                        "{}"),
                clock.instant()));
    }

    @Test
    void aRepeatGetsTheFirstReceiptAndIsCounted() {
        Receipt first = accept("e1");
        Receipt again = accept("e1");
        assertThat(first.duplicate()).isFalse();
        assertThat(again).isEqualTo(new Receipt(first.id(), true));
        assertThat(counts.counts().duplicates()).isEqualTo(1);
        assertThat(counts.counts().envelopes()).containsEntry("accepted", 1L).containsEntry("waiting", 1L);
    }

    @Test
    void theBytesAndHeadersComeBackAsTheyCame() {
        String id = accept("e1").id();
        Envelope found = envelopes.find(id).orElseThrow();
        assertThat(found.body()).asString(StandardCharsets.UTF_8).isEqualTo("{\"id\":1}");
        assertThat(found.headers()).containsExactly(Map.entry("x-shopify-topic", "orders/paid"));
    }

    @Test
    void aClaimedEnvelopeIsNobodyElsesUntilTheLeaseEnds() {
        accept("e1");
        assertThat(envelopes.claim(10, LEASE)).hasSize(1);
        assertThat(envelopes.claim(10, LEASE)).isEmpty();
        clock.advance(LEASE);
        assertThat(envelopes.claim(10, LEASE))
                .singleElement()
                .extracting(Envelope::attempts)
                .isEqualTo(2);
    }

    @Test
    void aRetryWaitsAndADeadLetterStopsUntilItIsReplayed() {
        String id = accept("e1").id();
        envelopes.claim(10, LEASE);
        fail(id, new TransientFailure("busy", Duration.ofMinutes(5)));
        clock.advance(Duration.ofMinutes(4));
        assertThat(envelopes.claim(10, LEASE)).isEmpty();
        clock.advance(Duration.ofMinutes(1));
        assertThat(envelopes.claim(10, LEASE)).hasSize(1);
        fail(id, new PermanentFailure("/email is missing"));
        clock.advance(Duration.ofDays(1));
        assertThat(envelopes.claim(10, LEASE)).isEmpty();
        assertThat(deadLetters.list(10)).singleElement().satisfies(letter -> {
            assertThat(letter.id()).isEqualTo(id);
            assertThat(letter.stage()).isEqualTo("translation");
            assertThat(letter.about()).isEqualTo("demo-shop orders/paid");
            assertThat(letter.cause()).isEqualTo("/email is missing");
        });
        assertThat(database.<Boolean>write(tx -> deadLetters.replay(tx, id))).isTrue();
        assertThat(database.<Boolean>write(tx -> deadLetters.replay(tx, id))).isFalse();
        assertThat(envelopes.claim(10, LEASE)).hasSize(1);
    }

    @Test
    void everyRuleHasItsOwnRunAndAFailingOneRepeatsAlone() {
        String id = accept("e1").id();
        List<Run> claimed = publishAndClaim(id, "confirmation", "contacts");
        assertThat(claimed).extracting(Run::rule).containsExactly("confirmation", "contacts");
        assertThat(claimed.get(0).event()).isEqualTo(event("1001"));
        database.write(tx -> {
            runs.settle(tx, claimed.get(0).id(), "1 send");
            runs.fail(
                    tx,
                    claimed.get(1).id(),
                    retries.judge(
                            new TransientFailure("busy", Duration.ofSeconds(30)), 1, clock.instant(), clock.instant()));
            return null;
        });
        clock.advance(Duration.ofMinutes(1));
        assertThat(runs.claim("confirmation", 10, LEASE)).isEmpty();
        assertThat(runs.claim("contacts", 10, LEASE)).hasSize(1);
    }

    @Test
    void oneBusinessEventIsOneItemForEver() {
        String first = accept("e1").id();
        String second = accept("e2").id();
        assertThat(addSend(first, "run_1", "itm_1", "main/confirmation/1001/ada@example.com"))
                .isTrue();
        assertThat(addSend(second, "run_2", "itm_2", "main/confirmation/1001/ada@example.com"))
                .isFalse();
        assertThat(database.<Optional<String>>write(tx -> items.holderOf(tx, "main/confirmation/1001/ada@example.com")))
                .contains("itm_1");
    }

    @Test
    void sendsLeaveByLaneAndBatchKeyAndTheEquationsHoldThroughout() {
        String id = accept("e1").id();
        List<Run> claimed = publishAndClaim(id, "confirmation");
        addSend(id, claimed.get(0).id(), "itm_1", "a");
        addSend(id, claimed.get(0).id(), "itm_2", "b");
        addSend(id, claimed.get(0).id(), "itm_3", "c");
        database.write(tx -> {
            runs.settle(tx, claimed.get(0).id(), "3 sends");
            return null;
        });
        assertThat(counts.counts().fates()).containsEntry("waiting", 1L).containsEntry("accepted", 1L);
        assertThat(items.nextBatchKey(Item.Lane.BULK)).isEmpty();
        assertThat(items.nextBatchKey(Item.Lane.TRANSACTIONAL)).contains("live");
        assertThat(items.claimSends(Item.Lane.TRANSACTIONAL, "live", 10, 1_000_000, LEASE))
                .hasSize(3);
        database.write(tx -> {
            items.deliver(tx, "itm_1", "msg_1");
            items.drop(tx, "itm_2", "past its best-before");
            items.fail(tx, "itm_3", new RetryPolicy.Dead("invalid_email"), false);
            return null;
        });
        assertThat(counts.counts().items().get("send"))
                .containsEntry("accepted", 3L)
                .containsEntry("delivered", 1L)
                .containsEntry("dropped", 1L)
                .containsEntry("dead", 1L)
                .containsEntry("waiting", 0L);
        assertThat(counts.counts().fates()).containsEntry("dead", 1L);
        Story story = stories.find(id).orElseThrow();
        assertThat(story.fate()).isEqualTo("dead");
        assertThat(story.entries())
                .extracting(Story.Entry::what)
                .contains("accepted", "event", "rule-done", "queued", "delivered", "dropped");
    }

    @Test
    void anEventWithoutARuleIsToldInTheStory() {
        String id = accept("e1").id();
        publishAndClaim(id);
        assertThat(stories.find(id).orElseThrow().entries())
                .extracting(Story.Entry::what)
                .contains("no-rule");
        assertThat(counts.counts().fates()).containsEntry("dropped", 1L);
    }

    @Test
    void timelineEntriesJoinTheStory() {
        String id = accept("e1").id();
        clock.advance(Duration.ofSeconds(1));
        database.write(tx -> {
            new TimelineStore(clock, ids).add(tx, id, "routing", "retry", "busy", "run_1");
            return null;
        });
        assertThat(stories.latest(5))
                .singleElement()
                .satisfies(story -> assertThat(story.entries())
                        .extracting(Story.Entry::what)
                        .containsExactly("accepted", "retry"));
    }

    @Test
    void aCheckpointIsSavedWithItsPage() {
        var checkpoints = new CheckpointStore(database, clock);
        assertThat(checkpoints.read("demo-crm", "contacts")).isEmpty();
        for (String at : List.of("a", "b")) {
            database.write(tx -> {
                checkpoints.save(tx, "demo-crm", "contacts", Map.of("at", at));
                return null;
            });
        }
        assertThat(checkpoints.read("demo-crm", "contacts")).isEqualTo(Map.of("at", "b"));
    }

    @Test
    void aKindMayHaveABestBeforeAndAHorizonOfItsOwn() {
        var rules = new KindRules(
                Map.of(Item.Lane.TRANSACTIONAL, Duration.ofMinutes(30)),
                Map.of(Item.Lane.TRANSACTIONAL, Duration.ofHours(1)));
        var strict = new ItemStore(database, clock, rules);
        Instant dueAt = clock.instant().plus(Duration.ofDays(30));
        var item = new Item(
                "itm_strict",
                Item.Kind.SEND,
                "env_1",
                null,
                "strict",
                null,
                Item.Lane.TRANSACTIONAL,
                "live",
                null,
                0,
                clock.instant(),
                "{}");
        database.write(tx -> strict.add(tx, item, dueAt));

        Item stored = strict.find("itm_strict").orElseThrow();
        assertThat(stored.expiresAt()).isEqualTo(dueAt.plus(Duration.ofMinutes(30)));
        var failure = new TransientFailure("busy", Duration.ZERO);
        assertThat(retries.judge(failure, stored, rules, dueAt.plus(Duration.ofMinutes(59))))
                .as("counted from when it was first due")
                .isInstanceOf(RetryPolicy.RetryAt.class);
        assertThat(retries.judge(failure, stored, rules, dueAt.plus(Duration.ofMinutes(61))))
                .isInstanceOf(RetryPolicy.Dead.class);
    }
}

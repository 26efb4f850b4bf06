// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.hub.queue.Item.Lane;
import io.smartmails.hub.queue.LeaseStore;
import io.smartmails.testkit.FakeSmartMails;
import io.smartmails.testkit.FakeSmartMails.Mishap;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One mail per item, none lost, whatever SmartMails does to the requests and their answers. */
class OneMailTest {
    private static final Set<Mishap> SETTLED_AT_ONCE = EnumSet.of(Mishap.SHUFFLED);
    private static final Set<Mishap> NOTHING_DONE = EnumSet.of(
            Mishap.FAIL_BEFORE_WORK,
            Mishap.THROTTLE,
            Mishap.REDIRECT,
            Mishap.UNKNOWN_ENDPOINT,
            Mishap.PAGE_400,
            Mishap.SCOPE_MISSING);

    private SendingKit kit;

    @BeforeEach
    void open(@TempDir Path folder) {
        kit = new SendingKit(folder, 6000);
        kit.limits.current();
    }

    @AfterEach
    void close() {
        kit.close();
    }

    private void assertEachMailedOnce(List<String> sent) {
        assertThat(kit.states()).isEqualTo(Map.of("delivered", sent.size()));
        assertThat(kit.smartMails.timesMailed()).containsOnlyKeys(sent);
        assertThat(kit.smartMails.timesMailed().values()).containsOnly(1);
    }

    @ParameterizedTest
    @EnumSource(Mishap.class)
    void whateverHappensToARequestEachIsMailedOnce(Mishap mishap) {
        List<String> sent = kit.sends(9);
        kit.smartMails.next(mishap);
        kit.run();
        if (SETTLED_AT_ONCE.contains(mishap)) {
            assertThat(kit.states()).isEqualTo(Map.of("delivered", 9));
        } else {
            assertThat(kit.states().getOrDefault("waiting", 0)).isPositive();
            String first = sent.get(0);
            assertThat(kit.column(first, "unsettled")).isEqualTo(NOTHING_DONE.contains(mishap) ? "0" : "1");
            assertThat(kit.column(first, "tried_at") == null).isEqualTo(NOTHING_DONE.contains(mishap));
            assertThat(kit.column(first, "cause")).isNotBlank().doesNotContain("@example.com");
        }
        kit.drain();
        assertEachMailedOnce(sent);
        assertThat(kit.column(sent.get(0), "unsettled")).isEqualTo("0");
    }

    @Test
    void aLongRowOfMishapsMixedWithCrashesMailsEachOnce() {
        var dice = new Random(42);
        Mishap[] all = Mishap.values();
        List<String> sent = kit.sends(40);
        for (int i = 0; i < 60; i++) {
            if (dice.nextInt(3) > 0) {
                kit.smartMails.next(all[dice.nextInt(all.length)]);
            }
            kit.sender.step();
            if (dice.nextInt(10) == 0) {
                kit.items.claimSends(Lane.BULK, "live", 7, 1_000_000, Duration.ofMinutes(5));
                LeaseStore.releaseAtStart(kit.database, kit.clock);
                kit.start(6000);
            }
            kit.advance(Duration.ofMinutes(dice.nextInt(20)));
        }
        kit.advance(Duration.ofHours(1));
        kit.drain();
        kit.advance(Duration.ofHours(1));
        kit.drain();
        assertEachMailedOnce(sent);
    }

    @Test
    void beyondTheDedupeLifeItIsLookedUpBeforeItIsSentAgain() {
        List<String> sent = kit.sends(3);
        kit.smartMails.next(Mishap.LOSE_ANSWER);
        kit.run();
        String late = kit.send(Lane.BULK, "ben@example.com");
        kit.smartMails.forgetDedupeIds();
        kit.advance(Duration.ofDays(31));
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 4));
        assertThat(kit.smartMails.timesMailed()).containsOnlyKeys(sent.get(0), sent.get(1), sent.get(2), late);
        assertThat(kit.smartMails.timesMailed().values()).containsOnly(1);
        assertThat(kit.smartMails.requests("GET /messages")).isEqualTo(3);
        assertThat(kit.column(sent.get(0), "upstream_id")).isEqualTo("msg_of_" + sent.get(0));
    }

    @Test
    void whatALookUpDoesNotFindIsSent() {
        List<String> sent = kit.sends(2);
        kit.smartMails.next(Mishap.CLOSE_BEFORE_WORK);
        kit.run();
        kit.advance(Duration.ofDays(31));
        kit.smartMails.next(Mishap.FAIL_BEFORE_WORK);
        kit.drain();
        kit.advance(Duration.ofHours(2));
        kit.drain();
        assertEachMailedOnce(sent);
        assertThat(kit.smartMails.requests("GET /messages")).isPositive();
    }

    @Test
    void anAccountThatKnowsNoDedupeIdsIsAskedBeforeAnythingIsSentAgain(@TempDir Path folder) {
        try (var plain = new SendingKit(folder, 6000)) {
            plain.smartMails.withoutCapability("messages.dedupe");
            plain.limits.current();
            String sent = plain.send(Lane.TRANSACTIONAL, "ada@example.com");
            plain.smartMails.next(Mishap.LOSE_ANSWER);
            plain.run();
            plain.smartMails.forgetDedupeIds();
            plain.drain();
            assertThat(plain.smartMails.timesMailed()).isEqualTo(Map.of(sent, 1));
            assertThat(plain.states()).isEqualTo(Map.of("delivered", 1));
        }
    }

    @Test
    void oneThatConfusesSmartMailsTimeAndAgainSpoilsNoOthers() {
        List<String> sent = kit.sends(16);
        Mishap[] confused = new Mishap[3];
        Arrays.fill(confused, Mishap.FEWER_RESULTS);
        kit.smartMails.next(confused);
        for (int i = 0; i < 3; i++) {
            kit.run();
            kit.advance(Duration.ofMinutes(5));
        }
        long before = kit.smartMails.requests("POST /messages/batch");
        kit.drain();
        assertEachMailedOnce(sent);
        assertThat(kit.smartMails.requests("POST /messages/batch") - before)
                .as("in halves from the third time on")
                .isEqualTo(2);
    }

    @Test
    void nonsenseRaisesOneAlarm() {
        kit.sends(2);
        kit.smartMails.next(Mishap.ARRAY, Mishap.GARBAGE, Mishap.FEWER_RESULTS);
        for (int i = 0; i < 4; i++) {
            kit.run();
            kit.advance(Duration.ofHours(1));
        }
        assertThat(kit.alarms).containsExactly("upstream_nonsense sends");
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 2));
    }

    @Test
    void aMissingScopePausesWhatNeedsItAndNothingElse() {
        String mail = kit.send(Lane.TRANSACTIONAL, "ada@example.com");
        kit.smartMails.next(Mishap.SCOPE_MISSING);
        kit.run();
        assertThat(kit.state(mail)).isEqualTo("waiting");
        kit.changed("1", "ben@example.com", "Ben");
        kit.run();
        assertThat(kit.smartMails.contactBatches()).hasSize(1);
        assertThat(kit.smartMails.requests("POST /messages/batch")).isEqualTo(1);
        assertThat(kit.alarms).containsExactly("upstream_scope sends");
        assertThat(kit.upstream.refusal()).contains("messages:send");

        kit.advance(Duration.ofMinutes(1));
        kit.run();
        assertThat(kit.state(mail)).isEqualTo("delivered");
        assertThat(kit.upstream.refusal()).isNull();
    }

    @Test
    void aRefusedKeyIsProbedAtGrowingIntervalsAndRaisesOneAlarm() {
        kit.smartMails.acceptOnly("another key");
        kit.sends(5);
        Instant start = kit.clock.instant();
        while (kit.clock.instant().isBefore(start.plus(Duration.ofHours(1)))) {
            kit.run();
            kit.advance(Duration.ofSeconds(10));
        }
        assertThat(kit.smartMails.requests("POST /messages/batch")).isEqualTo(1);
        assertThat(kit.smartMails.requests("GET /ping")).isBetween(6L, 8L);
        assertThat(kit.alarms).containsExactly("upstream_refused key");

        kit.smartMails.acceptOnly(FakeSmartMails.KEY);
        kit.advance(Duration.ofMinutes(10));
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 5));
    }

    @Test
    void aBatchStaysBelowTheBytesTheAccountAllows(@TempDir Path folder) {
        try (var small = new SendingKit(folder, 6000)) {
            small.smartMails.allowMessagesBytes(1_000);
            small.limits.current();
            small.sends(30);
            small.run();
            assertThat(small.states()).isEqualTo(Map.of("delivered", 30));
            assertThat(small.smartMails.requests("POST /messages/batch")).isBetween(3L, 6L);
        }
    }

    @Test
    void sendersAndModesDoNotShareRequests() {
        assertThat(io.smartmails.hub.queue.Item.batchKey(null, false)).isEqualTo("live");
        assertThat(io.smartmails.hub.queue.Item.batchKey("News@Example.com", false))
                .isEqualTo("live/news@example.com");
        assertThat(io.smartmails.hub.queue.Item.batchKey("snd_1#", true)).isEqualTo("sandbox/snd_1_");
    }
}

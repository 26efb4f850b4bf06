// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.Item.Lane;
import io.smartmails.hub.queue.LeaseStore;
import io.smartmails.testkit.FakeSmartMails;
import io.smartmails.testkit.FakeSmartMails.Mishap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SenderTest {
    private static final Duration LONGEST_BACK_OFF = Duration.ofHours(1);

    private SendingKit kit;

    @BeforeEach
    void open(@TempDir Path folder) {
        kit = new SendingKit(folder, 6000);
    }

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void everyItemOfABatchIsSettledByItsOwnResult() {
        String good = kit.send(Lane.TRANSACTIONAL, "ada@example.com");
        String suppressed = kit.send(Lane.TRANSACTIONAL, "suppressed@example.com");
        String invalid = kit.send(Lane.TRANSACTIONAL, "invalid@example.com");
        kit.run();

        assertThat(kit.smartMails.requests("POST /messages/batch")).isEqualTo(1);
        assertThat(kit.state(good)).isEqualTo("delivered");
        assertThat(kit.column(good, "upstream_id")).isEqualTo("msg_of_" + good);
        assertThat(kit.state(suppressed)).isEqualTo("dropped");
        assertThat(kit.column(suppressed, "cause")).contains("hard_bounce");
        assertThat(kit.state(invalid)).isEqualTo("dead");
        assertThat(kit.column(invalid, "cause")).contains("invalid_email").doesNotContain("invalid@example.com");
    }

    @Test
    void aBatchOfWhichEveryItemIsRejectedIsSettledItemByItemToo() {
        kit.send(Lane.BULK, "invalid@example.com");
        kit.send(Lane.BULK, "invalid@example.com");
        kit.run();

        assertThat(kit.smartMails.requests("POST /messages/batch")).isEqualTo(1);
        assertThat(kit.states()).isEqualTo(Map.of("dead", 2));
    }

    @ParameterizedTest
    @EnumSource(
            names = {"LOSE_ANSWER", "FAIL_AFTER_WORK", "FAIL_BEFORE_WORK", "UNKNOWN_ENDPOINT", "GARBAGE", "REDIRECT"})
    void aBatchWithoutAnAnswerIsSentAgainUnderTheSameDedupeIdsAndMailedOnce(Mishap mishap) {
        kit.limits.current();
        List<String> sent = kit.sends(7);
        kit.smartMails.next(mishap, mishap);
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("waiting", 7));

        kit.advance(LONGEST_BACK_OFF);
        kit.run();
        kit.advance(LONGEST_BACK_OFF);
        kit.run();

        assertThat(kit.states()).isEqualTo(Map.of("delivered", 7));
        assertThat(kit.smartMails.mails()).containsOnlyKeys(sent);
        assertThat(kit.smartMails.requests()).noneMatch(request -> request.contains("stolen"));
    }

    @Test
    void aProcessKilledBetweenTheAnswerAndTheSettlementMailsNothingTwice() throws Exception {
        List<String> sent = kit.sends(3);
        List<Item> claimed = kit.items.claimSends(Lane.BULK, "live", 500, 1_000_000, Duration.ofMinutes(5));
        List<com.fasterxml.jackson.databind.JsonNode> messages = new ArrayList<>();
        for (Item item : claimed) {
            messages.add(new ObjectMapper().readTree(item.payload()).deepCopy());
            ((com.fasterxml.jackson.databind.node.ObjectNode) messages.get(messages.size() - 1))
                    .put("dedupe_id", item.id());
        }
        kit.client.sendBatch(messages);

        LeaseStore.releaseAtStart(kit.database, kit.clock);
        kit.start(6000);
        kit.run();

        assertThat(kit.states()).isEqualTo(Map.of("delivered", 3));
        assertThat(kit.smartMails.mails()).containsOnlyKeys(sent);
        assertThat(kit.smartMails.requests("POST /messages/batch")).isEqualTo(2);
    }

    @Test
    void theOneThatSpoilsABatchIsFoundAndTheOthersGo() {
        List<String> sent = kit.sends(500);
        String culprit = sent.get(321);
        kit.smartMails.refuseBatchesWith(item -> item.path("dedupe_id").asText().equals(culprit));
        kit.run();

        assertThat(kit.states()).isEqualTo(Map.of("delivered", 499, "dead", 1));
        assertThat(kit.state(culprit)).isEqualTo("dead");
        assertThat(kit.smartMails.requests("POST /messages/batch")).isLessThanOrEqualTo(2 * 9 + 1);
        assertThat(kit.dead())
                .singleElement()
                .satisfies(letter -> assertThat(letter.cause()).contains("validation_failed"));

        kit.smartMails.refuseBatchesWith(item -> false);
        kit.replay(culprit);
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 500));
    }

    @Test
    void aRefusedKeyStopsEverythingAndCostsNoItemAnything() {
        kit.limits.current();
        kit.smartMails.acceptOnly("another key");
        List<String> sent = kit.sends(1200);
        kit.changed("1", "ada@example.com", "Ada");
        for (int day = 0; day < 9; day++) {
            kit.run();
            int asked = kit.smartMails.requests().size();
            kit.run();
            assertThat(kit.smartMails.requests())
                    .as("nobody asks within the minute")
                    .hasSize(asked);
            kit.advance(Duration.ofDays(1));
        }
        assertThat(kit.upstream.refusal()).contains("unknown_key").doesNotContain(FakeSmartMails.KEY);
        assertThat(kit.smartMails.requests("POST /messages/batch")).isPositive();
        assertThat(kit.states()).isEqualTo(Map.of("waiting", 1201));

        kit.smartMails.acceptOnly(FakeSmartMails.KEY);
        kit.advance(Duration.ofMinutes(10));
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 1201));
        assertThat(kit.smartMails.mails()).containsOnlyKeys(sent);
        assertThat(kit.upstream.refusal()).isNull();
    }

    @Test
    void aThrottledRequestStopsAllLanesForAsLongAsSmartMailsAsks() {
        kit.limits.current();
        String late = kit.send(Lane.BULK, "ada@example.com");
        kit.smartMails.next(Mishap.THROTTLE, Mishap.THROTTLE);
        kit.run();
        int asked = kit.smartMails.requests().size();
        String urgent = kit.send(Lane.TRANSACTIONAL, "ben@example.com");
        kit.advance(Duration.ofSeconds(19));
        kit.run();
        assertThat(kit.smartMails.requests()).hasSize(asked);

        kit.advance(Duration.ofSeconds(2));
        kit.run();
        kit.advance(Duration.ofSeconds(21));
        kit.run();
        assertThat(List.of(kit.state(late), kit.state(urgent))).containsOnly("delivered");
    }

    @Test
    void whatIsPastItsBestBeforeIsDroppedWithARecordAndNeverSent() {
        String item = kit.send(
                Lane.TRANSACTIONAL,
                "{\"to\":[{\"email\":\"ada@example.com\"}]}",
                kit.clock.instant().plusSeconds(60));
        kit.advance(Duration.ofSeconds(61));
        kit.run();

        assertThat(kit.state(item)).isEqualTo("dropped");
        assertThat(kit.column(item, "cause")).contains("best-before");
        assertThat(kit.smartMails.requests("POST /messages/batch")).isZero();
    }

    @Test
    void theBestBeforeAndTheCallersOwnDedupeIdTravelAlongAndAmountsStayAsWritten() {
        kit.send(
                Lane.TRANSACTIONAL,
                "{\"to\":[{\"email\":\"ada@example.com\"}],\"dedupe_id\":\"shop/1001\",\"variables\":{\"total\":10.00}}",
                kit.clock.instant().plusSeconds(60));
        kit.run();

        var mail = kit.smartMails.mails().get("shop/1001");
        assertThat(mail.path("expires_at").asText()).startsWith("2026-11-24T08:01:00");
        assertThat(mail.path("variables").path("total").asDouble()).isEqualTo(10.0);
    }

    @Test
    void transactionalMailLeavesBeforeTheBulkThatWaitedLonger() {
        kit.sends(600);
        kit.advance(Duration.ofSeconds(1));
        String urgent = kit.send(Lane.TRANSACTIONAL, "ada@example.com");
        kit.sender.step();

        assertThat(kit.state(urgent)).isEqualTo("delivered");
        assertThat(kit.states()).as("bulk rides along as far as there is room").containsEntry("waiting", 101);
    }

    @Test
    void aTemplateOfOursThatIsNotThereYetIsWaitedForAnotherOneIsADeadLetter() {
        String item = kit.send(
                Lane.TRANSACTIONAL, "{\"to\":[{\"email\":\"a@example.com\"}],\"template_alias\":\"nowhere\"}", null);
        kit.publishable.add("nowhere");
        kit.run();
        assertThat(kit.state(item)).isEqualTo("waiting");

        kit.publishable.clear();
        kit.advance(LONGEST_BACK_OFF);
        kit.run();
        assertThat(kit.state(item)).isEqualTo("dead");
        assertThat(kit.dead().get(0).cause()).contains("config/templates/nowhere.yaml");
    }

    @Test
    void aBulkCallThatHangsKeepsNoTransactionalMailWaiting() {
        kit.limits.current();
        var hanging = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        kit.smartMails.during(() -> {
            hanging.countDown();
            awaitQuietly(goOn);
        });
        String bulk = kit.send(Lane.BULK, "ada@example.com");
        kit.sender.start();
        try {
            awaitQuietly(hanging);
            String urgent = kit.send(Lane.TRANSACTIONAL, "ben@example.com");
            await().until(() -> kit.state(urgent).equals("delivered"));
            assertThat(kit.state(bulk)).isEqualTo("waiting");
        } finally {
            goOn.countDown();
            kit.sender.stop();
        }
        assertThat(kit.state(bulk)).as("stopping finishes the step in hand").isEqualTo("delivered");
    }

    @Test
    void aMessageThatCannotBeReadDiesAloneAndSaysNothingOfIt() {
        String broken = kit.send(Lane.BULK, "{\"to\": bob@example.com", null);
        String list = kit.send(Lane.BULK, "[]", null);
        String good = kit.send(Lane.BULK, "ada@example.com");
        kit.run();
        assertThat(List.of(kit.state(broken), kit.state(list), kit.state(good)))
                .containsExactly("dead", "dead", "delivered");
        assertThat(kit.column(broken, "cause")).isEqualTo("the stored message is no JSON object");
    }

    @Test
    void whatFailedTogetherIsTriedAgainTogether() {
        kit.limits.current();
        kit.sends(20);
        kit.smartMails.next(Mishap.FAIL_BEFORE_WORK);
        kit.drain();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 20));
        assertThat(kit.smartMails.requests("POST /messages/batch")).isEqualTo(2);
    }

    @Test
    void aPauseCostsAnItemNoTry() {
        kit.limits.current();
        String item = kit.send(Lane.BULK, "ada@example.com");
        kit.smartMails.next(Mishap.THROTTLE);
        kit.run();
        assertThat(kit.column(item, "attempts")).isEqualTo("0");
        assertThat(kit.column(item, "cause")).contains("429");
        kit.drain();
        assertThat(kit.state(item)).isEqualTo("delivered");
    }

    @Test
    void theAccountsLimitsHoldAndAreAskedOnceAnHour() {
        kit.smartMails.allowMessagesPerBatch(2);
        kit.sends(3);
        kit.run();
        assertThat(kit.smartMails.requests())
                .containsExactly("GET /account", "POST /messages/batch", "POST /messages/batch");
        kit.advance(Duration.ofHours(1));
        kit.limits.current();
        assertThat(kit.smartMails.requests("GET /account")).isEqualTo(2);
    }

    @Test
    void anAccountThatDoesNotTellItsLimitsIsNotAskedAtEveryStep() {
        kit.smartMails.next(Mishap.FAIL_BEFORE_WORK);
        kit.sends(1);
        kit.run();
        kit.sends(1);
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 2));
        assertThat(kit.smartMails.requests("GET /account")).isEqualTo(1);
    }

    @Test
    void theLimitsAreAskedAsSoonAsThereIsATokenForIt() {
        kit.budget.stop(Duration.ofSeconds(20));
        kit.limits.current();
        kit.advance(Duration.ofSeconds(20));
        kit.limits.current();
        assertThat(kit.smartMails.requests()).containsExactly("GET /account");
    }

    @Test
    void whatNeedsNoRequestLeavesTheBudgetAlone() {
        kit.send(Lane.TRANSACTIONAL, "[]", null);
        kit.limits.current();
        kit.run();
        assertThat(kit.budget.view().usedInWindow()).isEqualTo(1);
    }

    @Test
    @Timeout(20)
    void aSignalWakesItAndItStopsAtOnceInALongPause() {
        kit.sender.start();
        String first = kit.send(Lane.TRANSACTIONAL, "ada@example.com");
        kit.wakeup.signal();
        await().until(() -> kit.state(first).equals("delivered"));
        kit.budget.stop(Duration.ofDays(1));
        String second = kit.send(Lane.TRANSACTIONAL, "ben@example.com");
        kit.wakeup.signal();
        kit.sender.stop();
        assertThat(kit.state(second)).isEqualTo("waiting");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

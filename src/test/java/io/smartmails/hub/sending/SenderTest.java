// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.LeaseStore;
import io.smartmails.hub.sending.FakeSmartMails.Trouble;
import io.smartmails.testkit.Databases;
import io.smartmails.testkit.SettableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SenderTest {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final FakeSmartMails smartMails = new FakeSmartMails(clock);
    private SendingKit kit;

    @BeforeEach
    void open() {
        kit = open(60);
    }

    private SendingKit open(int requestsPerMinute) {
        return new SendingKit(Databases.sqlite(folder, "db/hub"), smartMails, clock, requestsPerMinute);
    }

    @AfterEach
    void close() {
        kit.database.close();
        smartMails.close();
    }

    private List<String> dedupeIds(int batch) {
        return smartMails.batches.get(batch).body().path("messages").findValuesAsText("dedupe_id");
    }

    @Test
    void whatIsDueLeavesInOneRequestAndKeepsTheIdItHasThere() {
        kit.addSend("itm_1");
        kit.addSend("itm_2");
        assertThat(kit.sender.step()).isTrue();
        assertThat(kit.sender.step()).isFalse();
        assertThat(smartMails.batches).hasSize(1);
        assertThat(dedupeIds(0)).containsExactly("itm_1", "itm_2");
        assertThat(kit.send("itm_1").state()).isEqualTo("delivered");
        assertThat(kit.send("itm_1").upstreamId()).isEqualTo("msg_itm_1");
    }

    @ParameterizedTest
    @EnumSource(names = {"DROP_AFTER_ACCEPTING", "FAIL_AFTER_ACCEPTING", "FEWER_RESULTS"})
    void aLostAnswerIsSettledUnderTheSameIdAndOneMailIsMade(Trouble trouble) {
        kit.addSend("itm_1");
        smartMails.troubles.add(trouble);
        kit.sender.step();
        assertThat(kit.send("itm_1").state()).isEqualTo("waiting");
        assertThat(kit.send("itm_1").cause()).contains("SmartMails");
        clock.advance(FIRST_RETRY);
        kit.sender.step();
        assertThat(kit.send("itm_1").state()).isEqualTo("delivered");
        assertThat(kit.send("itm_1").upstreamId()).isEqualTo("msg_itm_1");
        assertThat(dedupeIds(0)).isEqualTo(dedupeIds(1));
        assertThat(smartMails.mails).hasSize(1);
    }

    @Test
    void aCrashBetweenTheCallAndItsSettlementMakesOneMail() {
        kit.addSend("itm_1");
        smartMails.afterAccepting = kit.database::close;
        assertThatThrownBy(() -> kit.sender.step()).hasMessageContaining("closed");
        smartMails.afterAccepting = () -> {};
        kit = open(60);
        LeaseStore.releaseAtStart(kit.database, clock);
        kit.sender.step();
        assertThat(kit.send("itm_1").state()).isEqualTo("delivered");
        assertThat(dedupeIds(0)).isEqualTo(dedupeIds(1));
        assertThat(smartMails.mails).hasSize(1);
    }

    private void addManyWithOneCulprit(Item.Lane lane) {
        for (int i = 0; i < 500; i++) {
            kit.addSend("itm_" + (1000 + i), lane, null, SendingKit.message("itm_" + (1000 + i)));
        }
        smartMails.spoils =
                message -> message.path("variables").path("id").asText().equals("itm_1333");
    }

    private void assertOnlyTheCulpritDied() {
        assertThat(kit.count("send", "delivered")).isEqualTo(499);
        assertThat(smartMails.mails).hasSize(499);
        SendingKit.State culprit = kit.send("itm_1333");
        assertThat(culprit.state()).isEqualTo("dead");
        assertThat(culprit.cause())
                .isEqualTo("SmartMails refused the request: 422 validation_failed, 1 field is wrong");
        assertThat(smartMails.mostInAnyMinute()).isLessThanOrEqualTo(60);
    }

    @Test
    void aBatchThatIsRefusedAsAWholeIsHalvedUntilTheCulpritIsAlone() {
        addManyWithOneCulprit(Item.Lane.TRANSACTIONAL);
        kit.drain();
        assertOnlyTheCulpritDied();
        assertThat(smartMails.batches).hasSizeLessThanOrEqualTo(19);
        assertThat(kit.database
                        .read()
                        .sql("SELECT ref FROM timeline WHERE what = 'dead'")
                        .query(String.class)
                        .list())
                .containsExactly("itm_1333");
    }

    @Test
    void aReplayedCulpritSharesRequestsAgain() {
        addManyWithOneCulprit(Item.Lane.TRANSACTIONAL);
        kit.drain();
        smartMails.spoils = message -> false;
        kit.replay("itm_1333");
        kit.addSend("itm_2000");
        clock.advance(Duration.ofMinutes(2));
        kit.sender.step();
        assertThat(smartMails.batches.get(smartMails.batches.size() - 1).body().path("messages"))
                .hasSize(2);
        assertThat(kit.send("itm_1333").state()).isEqualTo("delivered");
    }

    @Test
    void halvingGoesOnAfterAFailureInItsMidst() {
        addManyWithOneCulprit(Item.Lane.TRANSACTIONAL);
        kit.sender.step();
        smartMails.troubles.addAll(List.of(Trouble.BUSY, Trouble.DROP_AFTER_ACCEPTING, Trouble.THROTTLED));
        kit.drain();
        assertOnlyTheCulpritDied();
    }

    @Test
    void halvingGoesOnAfterACrash() {
        addManyWithOneCulprit(Item.Lane.TRANSACTIONAL);
        kit.sender.step();
        kit.sender.step();
        kit.database.close();
        kit = open(60);
        LeaseStore.releaseAtStart(kit.database, clock);
        kit.drain();
        assertOnlyTheCulpritDied();
    }

    @Test
    void halvingOutlivesASmallBudget() {
        kit.database.close();
        kit = open(2);
        addManyWithOneCulprit(Item.Lane.BULK);
        kit.drain();
        assertOnlyTheCulpritDied();
        assertThat(smartMails.mostInAnyMinute()).isLessThanOrEqualTo(2);
    }

    @Test
    void aTransactionalMailDoesNotWaitForTheHalvingOfABulkBatch() {
        addManyWithOneCulprit(Item.Lane.BULK);
        kit.sender.step();
        kit.addSend("itm_urgent");
        kit.sender.step();
        assertThat(kit.send("itm_urgent").state()).isEqualTo("delivered");
        assertThat(kit.count("send", "waiting")).isEqualTo(500);
    }

    @Test
    void aRejectedItemDiesAndTheOthersAreDelivered() {
        kit.addSend("itm_1");
        kit.addSend("itm_2");
        kit.addSend("itm_3");
        smartMails.rejects = message -> message.path("dedupe_id").asText().equals("itm_2") ? "invalid_email" : null;
        kit.sender.step();
        assertThat(kit.states("send"))
                .extracting(SendingKit.State::state)
                .containsExactly("delivered", "dead", "delivered");
        assertThat(kit.send("itm_2").cause()).isEqualTo("SmartMails rejected it: invalid_email, it is wrong");
    }

    @Test
    void aBatchOfRejectedItemsIsNoRefusedBatch() {
        kit.addSend("itm_1");
        kit.addSend("itm_2");
        smartMails.rejects = message -> "invalid_email";
        kit.sender.step();
        assertThat(kit.count("send", "dead")).isEqualTo(2);
        assertThat(smartMails.batches).hasSize(1);
    }

    @Test
    void aRefusedKeyKeepsEverythingWaitingForAsLongAsItTakes() {
        kit.addSend("itm_1");
        kit.addSend("itm_2");
        smartMails.key = "another";
        for (int day = 0; day <= 8; day++) {
            kit.sender.step();
            clock.advance(Duration.ofDays(1));
        }
        assertThat(kit.upstream.refusal()).contains("401 revoked_key");
        assertThat(kit.count("send", "waiting")).isEqualTo(2);
        assertThat(kit.send("itm_1").attempts()).isZero();
        smartMails.key = FakeSmartMails.KEY;
        kit.sender.step();
        assertThat(kit.count("send", "delivered")).isEqualTo(2);
        assertThat(kit.upstream.refusal()).isNull();
    }

    @Test
    void aRefusedKeyIsTriedOnceAMinute() {
        kit.addSend("itm_1");
        smartMails.key = "another";
        kit.sender.step();
        int asked = smartMails.requests.size();
        kit.sender.step();
        clock.advance(Duration.ofSeconds(59));
        kit.sender.step();
        assertThat(smartMails.requests).hasSize(asked);
        clock.advance(Duration.ofSeconds(1));
        smartMails.key = FakeSmartMails.KEY;
        kit.sender.step();
        assertThat(kit.send("itm_1").state()).isEqualTo("delivered");
    }

    @Test
    void aRequestToWaitStopsEveryLaneAndCostsNoTry() {
        kit.addSend("itm_1");
        smartMails.troubles.add(Trouble.THROTTLED);
        kit.sender.step();
        kit.addSend("itm_2", Item.Lane.BULK, null, SendingKit.message("itm_2"));
        kit.say(SendingKit.person("7", "ada@example.com", "Ada", clock.instant()));
        int asked = smartMails.requests.size();
        clock.advance(FakeSmartMails.RETRY_AFTER.minusMillis(1));
        kit.sender.step();
        kit.contactSync.step();
        assertThat(smartMails.requests).hasSize(asked);
        assertThat(kit.send("itm_1").attempts()).isZero();
        clock.advance(Duration.ofMillis(1));
        kit.drain();
        assertThat(kit.count("send", "delivered")).isEqualTo(2);
        assertThat(kit.count("contact", "delivered")).isEqualTo(1);
    }

    @Test
    void whatIsPastItsBestBeforeIsDroppedWithARecordAndCostsNoRequest() {
        kit.limits.current();
        kit.addSend("itm_1", Item.Lane.TRANSACTIONAL, clock.instant().plusSeconds(60), SendingKit.message("itm_1"));
        clock.advance(Duration.ofSeconds(61));
        kit.limits.current();
        clock.advance(Duration.ofMinutes(2));
        assertThat(kit.sender.step()).isTrue();
        assertThat(kit.send("itm_1").state()).isEqualTo("dropped");
        assertThat(kit.send("itm_1").cause()).startsWith("past its best-before 2026-11-24T08:01:00Z");
        assertThat(smartMails.batches).isEmpty();
        assertThat(kit.budget.view().usedInWindow()).isZero();
    }

    @Test
    void timesOfTheMessageTravelWithIt() {
        kit.addSend(
                "itm_1",
                Item.Lane.TRANSACTIONAL,
                clock.instant().plusSeconds(3600),
                "{\"send_at\":\"2026-11-24T08:30:00Z\",\"variables\":{\"total\":10.10}}");
        kit.sender.step();
        JsonNode message = smartMails.mails.get("itm_1");
        assertThat(message.path("send_at").asText()).isEqualTo("2026-11-24T08:30:00Z");
        assertThat(message.path("expires_at").asText()).isEqualTo("2026-11-24T09:00:00Z");
        assertThat(smartMails.bodies).last().asString().contains("\"total\":10.10");
    }

    @Test
    void theCallersOwnDedupeIdIsKept() {
        kit.addSend("itm_1", Item.Lane.TRANSACTIONAL, null, "{\"dedupe_id\":\"order-1001\"}");
        kit.sender.step();
        assertThat(dedupeIds(0)).containsExactly("order-1001");
    }

    @Test
    void transactionalMailGoesBeforeBulk() {
        kit.addSend("itm_1", Item.Lane.BULK, null, SendingKit.message("itm_1"));
        clock.advance(Duration.ofSeconds(1));
        kit.addSend("itm_2");
        kit.sender.step();
        kit.sender.step();
        assertThat(dedupeIds(0)).containsExactly("itm_2");
        assertThat(dedupeIds(1)).containsExactly("itm_1");
    }

    @Test
    void anUnknownTemplateOfOursIsWaitedForAndAnyOtherIsADeadLetter() {
        kit.addSend("itm_1");
        kit.addSend("itm_2", Item.Lane.TRANSACTIONAL, null, "{\"template_alias\":\"theirs\"}");
        kit.templates.put("order-confirmation", true);
        smartMails.rejects = message -> "unknown_template";
        kit.sender.step();
        assertThat(kit.send("itm_1").state()).isEqualTo("waiting");
        assertThat(kit.send("itm_2").state()).isEqualTo("dead");
        assertThat(kit.send("itm_2").cause()).contains("'theirs'", "config/templates/theirs.yaml");
        smartMails.rejects = message -> null;
        clock.advance(FIRST_RETRY);
        kit.sender.step();
        assertThat(kit.send("itm_1").state()).isEqualTo("delivered");
    }

    @Test
    void aMessageThatCannotBeReadDiesAloneAndSaysNothingOfIt() {
        kit.addSend("itm_1", Item.Lane.TRANSACTIONAL, null, "{\"to\": bob@example.com");
        kit.addSend("itm_2", Item.Lane.TRANSACTIONAL, null, "[]");
        kit.addSend("itm_3");
        kit.sender.step();
        assertThat(kit.states("send")).extracting(SendingKit.State::state).containsExactly("dead", "dead", "delivered");
        assertThat(kit.send("itm_1").cause()).isEqualTo("the stored message is no JSON object");
    }

    @Test
    void whatFailedTogetherIsTriedAgainTogether() {
        for (int i = 0; i < 20; i++) {
            kit.addSend("itm_" + i);
        }
        smartMails.troubles.add(Trouble.BUSY);
        kit.drain();
        assertThat(kit.count("send", "delivered")).isEqualTo(20);
        assertThat(smartMails.batches).hasSize(2);
    }

    @Test
    void theAccountsLimitsHoldAndAreAskedOnce() {
        smartMails.limits.put("messages_per_batch", 2);
        kit.addSend("itm_1");
        kit.addSend("itm_2");
        kit.addSend("itm_3");
        kit.drain();
        assertThat(smartMails.requests)
                .extracting(FakeSmartMails.Request::line)
                .containsExactly("GET /account", "POST /messages/batch", "POST /messages/batch");
    }

    @Test
    void anAccountThatDoesNotTellItsLimitsIsNotAskedAtEveryStep() {
        smartMails.accountIsDown = true;
        kit.addSend("itm_1");
        kit.sender.step();
        kit.addSend("itm_2");
        kit.sender.step();
        assertThat(kit.count("send", "delivered")).isEqualTo(2);
        assertThat(smartMails.requests)
                .filteredOn(request -> request.line().equals("GET /account"))
                .hasSize(1);
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.SECONDS)
    void aSignalWakesItAndItStopsAtOnceAlsoDuringALongPause() {
        kit.sender.start();
        kit.addSend("itm_1");
        kit.wakeup.signal();
        Awaitility.await().until(() -> kit.send("itm_1").state().equals("delivered"));
        kit.budget.stop(Duration.ofDays(1));
        kit.addSend("itm_2");
        kit.wakeup.signal();
        kit.sender.stop();
        assertThat(kit.send("itm_2").state()).isEqualTo("waiting");
    }
}

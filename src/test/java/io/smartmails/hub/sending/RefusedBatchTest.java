// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.hub.queue.Item.Lane;
import io.smartmails.hub.queue.LeaseStore;
import io.smartmails.testkit.FakeSmartMails.Mishap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of 500 spoils its batch; whatever happens on the way, 499 go and one dies. */
class RefusedBatchTest {
    private static final int CULPRIT = 321;

    @TempDir
    Path folder;

    private SendingKit kit;
    private List<String> sent;

    @AfterEach
    void close() {
        kit.close();
    }

    private void sendOneThatSpoilsTheBatch(int requestsPerMinute) {
        kit = new SendingKit(folder, requestsPerMinute);
        sent = kit.sends(500);
        kit.smartMails.refuseBatchesWith(item -> item.path("dedupe_id").asText().equals(sent.get(CULPRIT)));
        while (kit.smartMails.requests("POST /messages/batch") == 0) {
            kit.sender.step();
            kit.advance(Duration.ofMillis(500));
        }
    }

    private void assertOnlyTheCulpritDied() {
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 499, "dead", 1));
        assertThat(kit.smartMails.mails()).hasSize(499);
        assertThat(kit.dead()).singleElement().satisfies(letter -> {
            assertThat(letter.id()).isEqualTo(sent.get(CULPRIT));
            assertThat(letter.attempts()).isEqualTo(1);
        });
    }

    @Test
    void failuresInTheMidstOfTheHalving() {
        sendOneThatSpoilsTheBatch(60);
        kit.smartMails.next(Mishap.FAIL_BEFORE_WORK, Mishap.LOSE_ANSWER, Mishap.THROTTLE, Mishap.GARBAGE);
        kit.drain();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 499, "dead", 1));
        assertThat(kit.smartMails.mails()).hasSize(499);
        assertThat(kit.smartMails.requests("POST /messages/batch")).isLessThanOrEqualTo(2 * 9 + 1 + 4);
    }

    @Test
    void aCrashInTheMidstOfTheHalvingLosesNothingOfIt() {
        sendOneThatSpoilsTheBatch(60);
        kit.sender.step();
        LeaseStore.releaseAtStart(kit.database, kit.clock);
        kit.start(60);
        kit.drain();
        assertOnlyTheCulpritDied();
        assertThat(kit.smartMails.requests("POST /messages/batch")).isLessThanOrEqualTo(2 * 9 + 1);
    }

    @Test
    void aBudgetInWhichTheHalvingTakesLongerThanTheLease() {
        sendOneThatSpoilsTheBatch(2);
        kit.drain();
        assertOnlyTheCulpritDied();
    }

    @Test
    void transactionalMailGoesBetweenTheHalves() {
        sendOneThatSpoilsTheBatch(60);
        String urgent = kit.send(Lane.TRANSACTIONAL, "ada@example.com");
        kit.sender.step();
        assertThat(kit.state(urgent)).isEqualTo("delivered");
        assertThat(kit.states()).containsEntry("waiting", 500);
    }

    @Test
    void theReplayedCulpritSharesRequestsWithOthersAgain() {
        sendOneThatSpoilsTheBatch(60);
        kit.drain();
        kit.smartMails.refuseBatchesWith(item -> false);
        long before = kit.smartMails.requests("POST /messages/batch");
        kit.replay(sent.get(CULPRIT));
        kit.send(Lane.BULK, "ada@example.com");
        kit.drain();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 501));
        assertThat(kit.smartMails.requests("POST /messages/batch")).isEqualTo(before + 1);
    }
}

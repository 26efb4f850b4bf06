// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.db.Database;
import io.smartmails.hub.smartmails.RateTold;
import io.smartmails.id.Ids;
import io.smartmails.testkit.SettableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The persisted budget, over either database. */
abstract class BudgetSuite {
    private final SettableClock clock = new SettableClock();
    private final Ids ids = new Ids(clock, new Random(5));
    private Database database;

    abstract Database database(Path folder);

    @BeforeEach
    void open(@TempDir Path folder) {
        database = database(folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Budget budget(int limit) {
        return new Budget(new RequestLogStore(database), limit, clock, ids);
    }

    /** As many as it gives on all lanes at this moment. */
    private List<Budget.Token> drain(Budget budget) {
        List<Budget.Token> tokens = new ArrayList<>();
        for (Lane lane : Lane.values()) {
            Optional<Budget.Token> token = budget.take(lane, true);
            while (token.isPresent()) {
                tokens.add(token.get());
                token = budget.take(lane, true);
            }
        }
        return tokens;
    }

    @Test
    void aRequestCountsUntilAMinuteAfterItsAnswer() {
        Budget budget = budget(1);
        Budget.Token token = budget.take(Lane.BULK, false).orElseThrow();
        clock.advance(Duration.ofSeconds(20));
        token.close();
        clock.advance(Duration.ofMillis(59_999));
        assertThat(budget.take(Lane.TRANSACTIONAL, true)).isEmpty();
        clock.advance(Duration.ofMillis(1));
        assertThat(budget.take(Lane.TRANSACTIONAL, true)).isPresent();
    }

    @Test
    void theLogSurvivesARestartAndARequestOfADeadProcessCountsAsOnItsWay() {
        Budget before = budget(1);
        assertThat(before.take(Lane.BULK, false)).isPresent();
        clock.advance(Duration.ofSeconds(10));

        Budget after = budget(1);
        assertThat(after.view().usedInWindow()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(60));
        assertThat(after.take(Lane.BULK, false))
                .as("it may have been counted up to 33 s after it left")
                .isEmpty();
        clock.advance(Duration.ofSeconds(33));
        assertThat(after.take(Lane.BULK, false)).isPresent();
    }

    @Test
    void whatWasGivenBackDoesNotCount() {
        Budget budget = budget(1);
        try (Budget.Token token = budget.take(Lane.BULK, false).orElseThrow()) {
            token.giveBack();
        }
        assertThat(budget.view().usedInWindow()).isZero();
        assertThat(budget.take(Lane.BULK, false)).isPresent();
    }

    @Test
    void aStopHoldsForAllLanesAndTheConsoleTellsItsEnd() {
        Budget budget = budget(60);
        budget.stop(Duration.ofSeconds(20));
        budget.stop(Duration.ofSeconds(5));
        assertThat(drain(budget)).isEmpty();
        assertThat(budget.view().nextFreeAt()).isEqualTo(clock.instant().plusSeconds(20));
        clock.advance(Duration.ofSeconds(20));
        assertThat(budget.take(Lane.TRANSACTIONAL, false)).isPresent();
    }

    @Test
    void aFloodOnOneSideLeavesTheOtherItsReserve() {
        Budget budget = budget(60);
        int bulk = 0;
        for (int second = 0; second < 59; second++) {
            Optional<Budget.Token> token = budget.take(Lane.BULK, true);
            while (token.isPresent()) {
                token.get().close();
                bulk++;
                token = budget.take(Lane.SYNC, true);
            }
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(bulk).isBetween(40, 48);
        for (int i = 0; i < 10; i++) {
            assertThat(budget.take(Lane.TRANSACTIONAL, false)).isPresent();
        }
    }

    @Test
    void anAccountThatAllowsLessIsObeyedOneThatAllowsMoreIsNot() {
        Budget budget = budget(60);
        budget.learn(5);
        assertThat(budget.view().limit()).isEqualTo(5);
        budget.learn(600);
        assertThat(budget.view().limit()).isEqualTo(60);
        budget.learn(0);
        assertThat(budget.view().limit()).isEqualTo(60);
    }

    @Test
    void aSmallBudgetIsUsedUpAndNoMore() {
        for (int limit : List.of(1, 2, 5, 10)) {
            Budget budget = budget(limit);
            int given = 0;
            for (int second = 0; second < 60; second++) {
                List<Budget.Token> tokens = drain(budget);
                tokens.forEach(Budget.Token::close);
                given += tokens.size();
                clock.advance(Duration.ofMillis(999));
            }
            assertThat(given).as("limit " + limit).isBetween(1, limit);
            clock.advance(Duration.ofMinutes(2));
        }
    }

    @Test
    void a429LowersTheLimitWhichGrowsAgainSlowlyAndBothSurviveARestart() {
        Budget budget = budget(60);
        budget.throttled(Duration.ofSeconds(20));
        budget.throttled(Duration.ofSeconds(7));
        assertThat(budget.view().limit()).as("two at once count as one").isEqualTo(45);
        assertThat(budget(60).view().limit()).isEqualTo(45);
        assertThat(budget(60).view().nextFreeAt()).isEqualTo(clock.instant().plusSeconds(20));

        clock.advance(Duration.ofSeconds(79));
        assertThat(budget.view().limit()).isEqualTo(45);
        clock.advance(Duration.ofSeconds(1));
        assertThat(budget.view().limit()).isEqualTo(48);
        for (int limit : new int[] {51, 54, 57, 60}) {
            clock.advance(Duration.ofMinutes(1));
            assertThat(budget.view().limit()).isEqualTo(limit);
        }
    }

    @Test
    void aRaiseThatIsAnsweredWithA429ComesLaterTheNextTime() {
        Budget budget = budget(60);
        budget.throttled(Duration.ofSeconds(1));
        clock.advance(Duration.ofSeconds(61));
        assertThat(budget.view().limit()).isEqualTo(48);
        budget.throttled(Duration.ofSeconds(1));
        assertThat(budget.view().limit()).isEqualTo(36);
        clock.advance(Duration.ofSeconds(119));
        assertThat(budget.view().limit()).isEqualTo(36);
        clock.advance(Duration.ofSeconds(2));
        assertThat(budget.view().limit()).isEqualTo(39);
    }

    @Test
    void theHeadersTellALowerLimitAndWhatOthersUsed() {
        Budget budget = budget(60);
        budget.take(Lane.BULK, false).orElseThrow().close();
        budget.told(new RateTold(30, 19, Duration.ZERO));
        assertThat(budget.view().limit()).isEqualTo(30);
        assertThat(budget.view().others()).isEqualTo(10);
        assertThat(budget.view().free()).isEqualTo(BudgetDecider.usable(20) - 1);
        assertThat(budget(60).view().limit()).as("after a restart").isEqualTo(30);

        budget.told(new RateTold(30, 0, Duration.ofSeconds(9)));
        assertThat(budget.take(Lane.TRANSACTIONAL, false)).isEmpty();
        clock.advance(Duration.ofSeconds(61));
        assertThat(budget.view().others()).isZero();
        assertThat(budget.take(Lane.TRANSACTIONAL, false)).isPresent();
    }

    @Test
    void anExhaustedDayStopsEverybodyUntilItsEnd() {
        Budget budget = budget(60);
        budget.told(new RateTold(60, 59, Duration.ofHours(3)));
        clock.advance(Duration.ofHours(3).minusSeconds(1));
        assertThat(drain(budget)).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        assertThat(budget.take(Lane.BULK, false)).isPresent();
    }

    @Test
    void aTokenThatSeveralWaitForGoesToTheOneThatHadNoneLongest() {
        Budget budget = budget(60);
        while (budget.take(Lane.BULK, false).isPresent()) {
            // until bulk has to wait
        }
        assertThat(budget.take(Lane.SYNC, false)).isEmpty();
        Instant next = budget.nextFreeAt(Lane.SYNC, false);
        clock.advance(Duration.between(clock.instant(), next));
        assertThat(budget.take(Lane.BULK, false)).as("sync waits, and had none").isEmpty();
        assertThat(budget.take(Lane.SYNC, false)).isPresent();
    }
}

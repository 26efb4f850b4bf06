// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The decider against a simulated SmartMails that counts exactly; time is simulated in steps of 10 ms. */
class BudgetSimulationTest {
    private static final int BATCH = 500;
    private static final Duration STEP = Duration.ofMillis(10);
    private static final Instant START = Instant.parse("2026-11-24T08:00:00Z");
    private static final int MOST_CALLS = 4;

    /** Items wait per lane; requests leave when the decider lets them, last a while, and are counted at a random moment. */
    private static final class World {
        final int limit;
        final Random random;
        final int longestMillis;
        final Map<Lane, Deque<Instant>> waiting = new EnumMap<>(Lane.class);
        final Map<Lane, List<Duration>> latencies = new EnumMap<>(Lane.class);
        final List<LoggedRequest> log = new ArrayList<>();
        final List<Instant> counted = new ArrayList<>();
        Instant now = START;
        int requests;

        World(int limit, int longestMillis, long seed) {
            this.limit = limit;
            this.longestMillis = longestMillis;
            this.random = new Random(seed);
            for (Lane lane : Lane.values()) {
                waiting.put(lane, new ArrayDeque<>());
                latencies.put(lane, new ArrayList<>());
            }
        }

        void arrive(Lane lane, int items) {
            for (int i = 0; i < items; i++) {
                waiting.get(lane).add(now);
            }
        }

        void step() {
            for (int i = 0; i < log.size(); i++) {
                LoggedRequest request = log.get(i);
                if (request.endedAt() != null && request.endedAt().isBefore(now.minusSeconds(61))) {
                    log.remove(i--);
                }
            }
            for (Lane lane : List.of(Lane.TRANSACTIONAL, Lane.SYNC, Lane.BULK)) {
                while (!waiting.get(lane).isEmpty() && running() < MOST_CALLS && leave(lane)) {
                    requests++;
                }
            }
            now = now.plus(STEP);
        }

        private long running() {
            return log.stream()
                    .filter(request -> request.endedAt().isAfter(now))
                    .count();
        }

        /** The decider must not see the end of a call that has not ended. */
        private List<LoggedRequest> known() {
            return log.stream()
                    .map(request -> request.endedAt().isAfter(now)
                            ? new LoggedRequest(request.id(), request.lane(), request.startedAt(), null)
                            : request)
                    .toList();
        }

        private boolean leave(Lane lane) {
            Deque<Instant> items = waiting.get(lane);
            if (!BudgetDecider.decide(limit, known(), now, lane, items.size() >= BATCH)
                    .free()) {
                return false;
            }
            long millis = 50 + random.nextInt(longestMillis);
            Instant end = now.plusMillis(millis);
            counted.add(now.plusMillis((long) (millis * random.nextDouble())));
            log.add(new LoggedRequest("req" + requests, lane, now, end));
            for (int i = 0; i < BATCH && !items.isEmpty(); i++) {
                latencies.get(lane).add(Duration.between(items.poll(), end));
            }
            return true;
        }

        void drain() {
            while (waiting.values().stream().anyMatch(items -> !items.isEmpty())) {
                step();
            }
        }

        int mostInAnyWindow() {
            counted.sort(null);
            int most = 0;
            int first = 0;
            for (int last = 0; last < counted.size(); last++) {
                while (Duration.between(counted.get(first), counted.get(last)).compareTo(BudgetDecider.WINDOW) >= 0) {
                    first++;
                }
                most = Math.max(most, last - first + 1);
            }
            return most;
        }

        Duration percentile(Lane lane, double share) {
            List<Duration> sorted = latencies.get(lane).stream().sorted().toList();
            return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(sorted.size() * share)));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 400", "2, 400", "5, 400", "10, 5000", "30, 400", "60, 400", "60, 20000", "300, 400", "6000, 100"})
    void noWindowEverHoldsMoreThanTheLimitWhateverTheLoad(int limit, int longestMillis) {
        for (long seed = 1; seed <= 4; seed++) {
            var world = new World(limit, longestMillis, seed);
            int steps = limit > 1000 ? 2_000 : 15_000;
            for (int step = 0; step < steps; step++) {
                if (world.random.nextInt(20) == 0) {
                    world.arrive(Lane.values()[world.random.nextInt(3)], 1 + world.random.nextInt(800));
                }
                world.step();
            }
            assertThat(world.mostInAnyWindow()).isLessThanOrEqualTo(limit).isPositive();
        }
    }

    @Test
    void aBurstOfTenThousandNeedsHardlyMoreRequestsThanItMust() {
        var world = new World(60, 400, 7);
        world.arrive(Lane.BULK, 9_900);
        world.arrive(Lane.TRANSACTIONAL, 100);
        world.drain();

        assertThat(world.requests).isLessThanOrEqualTo(10_000 / BATCH + 2);
        assertThat(world.percentile(Lane.BULK, 0.99)).isLessThan(Duration.ofSeconds(4));
        assertThat(world.percentile(Lane.TRANSACTIONAL, 0.99)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void fiveASecondNeverWaitLong() {
        for (Lane lane : List.of(Lane.BULK, Lane.TRANSACTIONAL)) {
            Lane rare = lane == Lane.BULK ? Lane.TRANSACTIONAL : Lane.SYNC;
            var world = new World(60, 300, 11);
            for (int step = 0; step < 60_000; step++) {
                if (step % 20 == 0) {
                    boolean other = step % 2000 == 0;
                    world.arrive(other ? rare : lane, 1);
                }
                world.step();
            }
            assertThat(world.percentile(lane, 0.5)).isLessThan(Duration.ofMillis(1_100));
            assertThat(world.percentile(lane, 0.99)).isLessThanOrEqualTo(Duration.ofSeconds(2));
        }
    }

    @Test
    void transactionalMailIsNotHeldUpByAFlood() {
        var world = new World(60, 300, 13);
        for (int step = 0; step < 60_000; step++) {
            if (step % 10 == 0) {
                world.arrive(Lane.BULK, 40);
            }
            if (step % 1000 == 0) {
                world.arrive(Lane.TRANSACTIONAL, 1);
            }
            world.step();
        }
        assertThat(world.percentile(Lane.TRANSACTIONAL, 0.99)).isLessThan(Duration.ofMillis(2_600));
        assertThat(world.percentile(Lane.BULK, 0.99)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void aFloodOfTransactionalMailLeavesTheOthersTheirShare() {
        var world = new World(60, 300, 17);
        for (int step = 0; step < 30_000; step++) {
            world.arrive(Lane.TRANSACTIONAL, 10);
            if (step % 100 == 0) {
                world.arrive(Lane.SYNC, 1);
            }
            world.step();
        }
        assertThat(world.log.stream()
                        .filter(request -> request.lane() == Lane.SYNC)
                        .count())
                .isGreaterThan(5);
    }
}

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

/** The decider against a simulated SmartMails that counts exactly; time is simulated in steps of 20 ms. */
class BudgetSimulationTest {
    private static final int BATCH = 500;
    private static final int CONTACTS = 1000;
    private static final Duration STEP = Duration.ofMillis(20);
    private static final Instant START = Instant.parse("2026-11-24T08:00:00Z");
    private static final int MOST_CALLS = 4;
    /** Two kinds of request that never fit into one have every second of 58 tokens in (a little over) 60 s. */
    private static final Duration BOTH = Duration.ofMillis(2_150);

    /** Items wait per lane; requests leave when the decider lets them, last a while, and are counted at a random moment. */
    private static final class World {
        final int limit;
        final Random random;
        final int longestMillis;
        final Map<Lane, Deque<Instant>> waiting = new EnumMap<>(Lane.class);
        final Map<Lane, List<Duration>> latencies = new EnumMap<>(Lane.class);
        /** From arrival until the request leaves. */
        final Map<Lane, List<Duration>> waits = new EnumMap<>(Lane.class);

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
                waits.put(lane, new ArrayList<>());
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

        private static int batch(Lane lane) {
            return lane == Lane.SYNC ? CONTACTS : BATCH;
        }

        private boolean leave(Lane lane) {
            Deque<Instant> items = waiting.get(lane);
            List<Lane> others = waiting.keySet().stream()
                    .filter(other -> !waiting.get(other).isEmpty())
                    .toList();
            if (!BudgetDecider.decide(limit, known(), now, lane, items.size() >= batch(lane), others)
                    .free()) {
                return false;
            }
            long millis = 50 + random.nextInt(longestMillis);
            Instant end = now.plusMillis(millis);
            counted.add(now.plusMillis((long) (millis * random.nextDouble())));
            log.add(new LoggedRequest("req" + requests, lane, now, end));
            if (lane == Lane.SYNC) {
                carry(Lane.SYNC, CONTACTS, end);
            } else {
                carry(Lane.BULK, BATCH - carry(Lane.TRANSACTIONAL, BATCH, end), end);
            }
            return true;
        }

        /** One stream of random arrivals for five minutes, measured from the second one on. */
        void trickle(int perSecond, int percent, Lane lane, Lane other) {
            for (int step = 0; step < 300_000 / STEP.toMillis(); step++) {
                if (step == 60_000 / STEP.toMillis()) {
                    waits.values().forEach(List::clear);
                }
                if (random.nextInt((int) (1000 / STEP.toMillis())) < perSecond) {
                    arrive(random.nextInt(100) < percent ? lane : other, 1);
                }
                step();
            }
        }

        private int carry(Lane lane, int room, Instant end) {
            Deque<Instant> items = waiting.get(lane);
            int carried = 0;
            for (; carried < room && !items.isEmpty(); carried++) {
                waits.get(lane).add(Duration.between(items.peek(), now));
                latencies.get(lane).add(Duration.between(items.poll(), end));
            }
            return carried;
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
            return percentile(latencies.get(lane), share);
        }

        /** Of all lanes together. */
        Duration wait(double share) {
            return percentile(waits.values().stream().flatMap(List::stream).toList(), share);
        }

        private static Duration percentile(List<Duration> durations, double share) {
            List<Duration> sorted = durations.stream().sorted().toList();
            return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(sorted.size() * share)));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 400", "2, 400", "5, 400", "10, 5000", "30, 400", "60, 400", "60, 20000", "300, 400", "6000, 100"})
    void noWindowEverHoldsMoreThanTheLimitWhateverTheLoad(int limit, int longestMillis) {
        for (long seed = 1; seed <= 4; seed++) {
            var world = new World(limit, longestMillis, seed);
            int steps = limit > 1000 ? 1_000 : 7_500;
            for (int step = 0; step < steps; step++) {
                if (world.random.nextInt(10) == 0) {
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
            for (int step = 0; step < 15_000; step++) {
                if (step % 10 == 0) {
                    boolean other = step % 1000 == 0;
                    world.arrive(other ? rare : lane, 1);
                }
                world.step();
            }
            assertThat(world.percentile(lane, 0.5)).isLessThan(Duration.ofMillis(1_100));
            assertThat(world.percentile(lane, 0.99)).isLessThanOrEqualTo(Duration.ofMillis(2_000));
        }
    }

    @Test
    void transactionalMailIsNotHeldUpByAFlood() {
        var world = new World(60, 300, 13);
        for (int step = 0; step < 15_000; step++) {
            if (step % 5 == 0) {
                world.arrive(Lane.BULK, 40);
            }
            if (step % 500 == 0) {
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
        for (int step = 0; step < 7_500; step++) {
            world.arrive(Lane.TRANSACTIONAL, 20);
            if (step % 50 == 0) {
                world.arrive(Lane.SYNC, 1);
            }
            world.step();
        }
        assertThat(world.log.stream()
                        .filter(request -> request.lane() == Lane.SYNC)
                        .count())
                .isGreaterThan(5);
    }

    /** Half within 1 s, 99 % within 2 s; in the order of arrival at random moments, over ten minutes. */
    @ParameterizedTest
    @CsvSource({
        "5, TRANSACTIONAL, 100", "5, BULK, 100", "5, TRANSACTIONAL, 90", "5, BULK, 90", "10, TRANSACTIONAL, 100",
        "10, BULK, 90", "20, TRANSACTIONAL, 90", "20, SYNC, 100", "50, TRANSACTIONAL, 100", "50, BULK, 100",
        "50, BULK, 90", "50, TRANSACTIONAL, 50"
    })
    void aSteadyTrickleLeavesWithinSeconds(int perSecond, Lane lane, int percent) {
        for (long seed = 1; seed <= 2; seed++) {
            var world = new World(60, 300, seed);
            world.trickle(perSecond, percent, lane, lane.isTransactional() ? Lane.BULK : Lane.TRANSACTIONAL);
            assertThat(world.wait(0.5)).isLessThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(world.wait(0.99)).isLessThanOrEqualTo(Duration.ofSeconds(2));
            assertThat(world.mostInAnyWindow()).isLessThanOrEqualTo(60);
        }
    }

    /** Mail and contacts never share a request: together they get what one could have alone. */
    @ParameterizedTest
    @CsvSource({"5, 50", "20, 50", "50, 50", "20, 10", "20, 90"})
    void mailAndContactsTogetherTakeTurns(int perSecond, int percentMail) {
        var world = new World(60, 300, 5);
        world.trickle(perSecond, percentMail, Lane.TRANSACTIONAL, Lane.SYNC);
        List<Duration> mail = world.waits.get(Lane.TRANSACTIONAL);
        List<Duration> contacts = world.waits.get(Lane.SYNC);
        assertThat(World.percentile(mail, 0.5)).isLessThanOrEqualTo(BOTH.dividedBy(2));
        assertThat(World.percentile(mail, 0.99)).isLessThanOrEqualTo(BOTH);
        assertThat(World.percentile(contacts, 0.5)).isLessThanOrEqualTo(Duration.ofMillis(1_100));
        assertThat(World.percentile(contacts, 0.99)).isLessThanOrEqualTo(Duration.ofMillis(3_500));
        assertThat(world.mostInAnyWindow()).isLessThanOrEqualTo(60);
    }

    @Test
    void aTransactionalSendDuringASyncOfAHundredThousandLeavesWithinATokensTimeAndASecond() {
        for (long seed = 1; seed <= 4; seed++) {
            var world = new World(60, 300, seed);
            world.arrive(Lane.SYNC, 100_000);
            int arrived = 0;
            while (!world.waiting.get(Lane.SYNC).isEmpty()) {
                if (world.random.nextInt(300) == 0) {
                    world.arrive(Lane.TRANSACTIONAL, 1);
                    arrived++;
                }
                world.step();
            }
            assertThat(arrived).isPositive();
            assertThat(world.waits.get(Lane.TRANSACTIONAL))
                    .allSatisfy(wait -> assertThat(wait).isLessThanOrEqualTo(Duration.ofMillis(1_000 + 60_000 / 58)));
            assertThat(world.now).isBefore(START.plus(Duration.ofMinutes(3)));
            assertThat(world.mostInAnyWindow()).isLessThanOrEqualTo(60);
        }
    }

    @ParameterizedTest
    @CsvSource({"1000", "10000", "25000", "100000"})
    void aBacklogOfOneBatchKeyNeedsNoMoreRequestsThanItMust(int items) {
        var world = new World(60, 300, 3);
        world.arrive(Lane.BULK, items);
        world.drain();
        int minimum = (items + BATCH - 1) / BATCH;
        assertThat(world.requests).isLessThanOrEqualTo(Math.max(minimum + 2, (int) (minimum * 1.02)));
        assertThat(world.mostInAnyWindow()).isLessThanOrEqualTo(60);
    }
}

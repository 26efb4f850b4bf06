// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.smartmails.db.Database;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemException;
import io.smartmails.testkit.Databases;
import io.smartmails.testkit.SettableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThrottleTest {
    private static final int WRONG_KEYS = 20;

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final ClientAddress home = at("192.0.2.1");
    private DoorRules rules = DoorRules.NONE;
    private Database database;
    private Buckets buckets;
    private Throttle throttle;

    @BeforeEach
    void open() {
        database = Databases.sqlite(folder, "db/hub");
        restart();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void restart() {
        buckets = Buckets.kept(database, clock);
        throttle = new Throttle(buckets, Buckets.inMemory(clock), () -> rules, WRONG_KEYS);
    }

    private static ClientAddress at(String text) {
        return new ClientAddress(IpLiteral.address(IpLiteral.canonical(text)), text, false);
    }

    private static Caller caller(String id, String... limits) {
        return new Caller(
                id,
                "shop",
                id,
                Set.of(),
                new KeyLimits(RateWindow.parseAll(List.of(limits)), 100, 2),
                AddressRules.ANY,
                false);
    }

    private List<CallerBucket.Level> call(Caller caller) {
        return call(caller, home);
    }

    private List<CallerBucket.Level> call(Caller caller, ClientAddress from) {
        Throttle.Pass pass = throttle.enter(caller, from, Throttle.Area.API);
        pass.end();
        return pass.levels();
    }

    private void calls(int count, Caller caller) {
        IntStream.range(0, count).forEach(n -> call(caller));
    }

    private Problem refused(Caller caller) {
        return catchThrowableOfType(ProblemException.class, () -> call(caller)).problem();
    }

    private int passedOfParallel(int calls, IntFunction<Caller> callers) throws Exception {
        var passed = new AtomicInteger();
        var threads = Executors.newFixedThreadPool(8);
        var all = IntStream.range(0, calls)
                .mapToObj(n -> threads.submit(() -> {
                    try {
                        throttle.enter(callers.apply(n), home, Throttle.Area.API)
                                .end();
                        passed.incrementAndGet();
                    } catch (ProblemException refused) {
                        assertThat(refused.problem().status()).isEqualTo(429);
                    }
                }))
                .toList();
        for (var one : all) {
            one.get();
        }
        threads.shutdown();
        return passed.get();
    }

    private static Caller wide(String id, String... limits) {
        return new Caller(
                id,
                "shop",
                id,
                Set.of(),
                new KeyLimits(RateWindow.parseAll(List.of(limits)), 100, 1_000),
                AddressRules.ANY,
                false);
    }

    @Test
    void ofManyParallelCallsExactlyTheLimitPasses() throws Exception {
        assertThat(passedOfParallel(200, n -> wide("key_1", "60/min", "5000/day")))
                .isEqualTo(60);
    }

    @Test
    void ofManyParallelCallsOfSeveralKeysExactlyTheAccountsLimitPassesAndTheRestCostsTheKeysNothing() throws Exception {
        rules = new DoorRules(AddressRules.ANY, RateWindow.parseAll(List.of("60/min")), List.of(), 1);
        assertThat(passedOfParallel(200, n -> wide("key_" + n % 2, "100/min"))).isEqualTo(60);
        long left = throttle.look(wide("key_0", "100/min"), Throttle.Area.API)
                        .get(0)
                        .left()[0]
                + throttle.look(wide("key_1", "100/min"), Throttle.Area.API)
                        .get(0)
                        .left()[0];
        assertThat(left).isEqualTo(200 - 60);
    }

    @Test
    void obeyingRetryAfterAlwaysWorksAndRefusedCallsCostNothing() {
        Caller caller = caller("key_1", "7/min", "3/10s");
        for (int round = 0; round < 50; round++) {
            calls(1, caller);
            while (true) {
                var refusal = catchThrowableOfType(ProblemException.class, () -> call(caller));
                if (refusal != null) {
                    Problem problem = refusal.problem();
                    refused(caller);
                    refused(caller);
                    long wait = Long.parseLong(problem.headers().get("Retry-After"));
                    assertThat(wait).isPositive();
                    if (wait > 1) {
                        clock.advance(Duration.ofSeconds(wait - 1));
                        assertThat(refused(caller).headers()).containsEntry("Retry-After", "1");
                        clock.advance(Duration.ofSeconds(1));
                    } else {
                        clock.advance(Duration.ofSeconds(wait));
                    }
                    break;
                }
            }
        }
    }

    @Test
    void aRefusalNamesEveryWindowThatIsEmptyAndNoTimeLiesBehindRetryAfter() {
        Caller caller = caller("key_1", "2/s", "2/min", "5/day");
        calls(2, caller);
        Problem problem = refused(caller);
        assertThat(problem.code().code()).isEqualTo("rate_limited");
        assertThat(problem.extras()).containsEntry("violated_policies", List.of("second", "minute"));
        assertThat(problem.headers())
                .containsEntry("Retry-After", "30")
                .containsEntry("RateLimit-Policy", "\"second\";q=2;w=1, \"minute\";q=2;w=60, \"day\";q=5;w=86400")
                .containsEntry("RateLimit", "\"second\";r=0;t=30, \"minute\";r=0;t=30, \"day\";r=3;t=30")
                .containsEntry("X-RateLimit-Remaining", "0")
                .containsEntry("X-RateLimit-Reset", "30");
    }

    @Test
    void everyPassTellsWhatIsLeft() {
        assertThat(RateHeaders.of(call(caller("key_1", "60/min"))))
                .containsEntry("RateLimit-Policy", "\"minute\";q=60;w=60")
                .containsEntry("RateLimit", "\"minute\";r=59;t=1")
                .containsEntry("X-RateLimit-Limit", "60")
                .containsEntry("X-RateLimit-Remaining", "59")
                .containsEntry("X-RateLimit-Reset", "1")
                .doesNotContainKey("Retry-After");
    }

    @Test
    void anotherKeyIsUnaffectedAndBothKeysOfARollDrawOnOneBucket() {
        calls(3, caller("key_1", "3/min"));
        assertThat(call(caller("key_2", "3/min")).get(0).left()).containsExactly(2);
        var successor = new Caller(
                "key_3", "shop", "key_1", Set.of(), caller("x", "3/min").limits(), AddressRules.ANY, false);
        assertThat(refused(successor).code().code()).isEqualTo("rate_limited");
    }

    @Test
    void limitsOfAnAddressHoldOverAllKeysAndOnlyForIt() {
        rules = new DoorRules(AddressRules.ANY, List.of(), RateWindow.parseAll(List.of("3/min")), 1);
        call(caller("key_1", "60/min"));
        call(caller("key_2", "60/min"));
        call(caller("key_3", "60/min"));
        assertThat(refused(caller("key_4", "60/min")).extras())
                .containsEntry("violated_policies", List.of("address-minute"));
        assertThat(call(caller("key_4", "60/min"), at("192.0.2.2")).get(0).left())
                .containsExactly(59);
    }

    @Test
    void changedLimitsKeepTheShareThatIsLeft() {
        calls(30, caller("key_1", "60/min", "100/day"));
        List<CallerBucket.Level> wider = call(caller("key_1", "120/min", "100/day"));
        assertThat(wider.get(0).left()).containsExactly(59, 69);
        List<CallerBucket.Level> narrower = call(caller("key_1", "12/min"));
        assertThat(narrower.get(0).left()).containsExactly(4);
    }

    @Test
    void aRestartForgivesNothingAndCountsTheTimeBetween() {
        calls(60, caller("key_1", "60/min", "5000/day"));
        throttle.save();
        clock.advance(Duration.ofSeconds(5));
        restart();
        assertThat(call(caller("key_1", "60/min", "5000/day")).get(0).left()).containsExactly(4, 4939);
        throttle.save();
        clock.advance(Duration.ofDays(2));
        restart();
        assertThat(call(caller("key_1", "60/min", "5000/day")).get(0).left()).containsExactly(59, 4999);
    }

    @Test
    void idleBucketsAreForgottenOnceTheyAreFull() {
        IntStream.range(0, 100).forEach(n -> call(caller("key_" + n, "60/min")));
        assertThat(buckets.size()).isEqualTo(100);
        clock.advance(Duration.ofSeconds(61));
        assertThat(buckets.size()).isZero();
    }

    @Test
    void afterALongSilenceABucketIsFullAndNoMore() {
        call(caller("key_1", "60/min", "5000/31day"));
        clock.advance(Duration.ofDays(30));
        assertThat(call(caller("key_1", "60/min", "5000/31day")).get(0).left()).containsExactly(59, 4999);
    }

    @Test
    void soManyCallsAtOnceAndAPlaceIsFreeWhenOneEnds() {
        Caller caller = caller("key_1", "60/min");
        Throttle.Pass first = throttle.enter(caller, home, Throttle.Area.API);
        throttle.enter(caller, home, Throttle.Area.API);
        Problem problem = refused(caller);
        assertThat(problem.code().code()).isEqualTo("concurrency_limited");
        assertThat(problem.headers()).containsKey("Retry-After");
        assertThat(problem.headers().get("RateLimit"))
                .startsWith("\"minute\";r=58")
                .endsWith("\"concurrent\";r=0");
        first.end();
        first.end();
        call(caller);
        throttle.enter(caller, home, Throttle.Area.API);
        assertThat(refused(caller).code().code()).isEqualTo("concurrency_limited");
    }

    @Test
    void aThrottledCallGivesItsPlaceBack() {
        Caller caller = caller("key_1", "1/min");
        calls(1, caller);
        for (int i = 0; i < 5; i++) {
            assertThat(refused(caller).code().code()).isEqualTo("rate_limited");
        }
    }

    @Test
    void recipientsHaveABucketOfTheirOwn() {
        Caller caller = caller("key_1", "60/min");
        throttle.takeRecipients(caller, 60);
        Problem full = catchThrowableOfType(ProblemException.class, () -> throttle.takeRecipients(caller, 50))
                .problem();
        assertThat(full.status()).isEqualTo(429);
        assertThat(full.headers()).containsEntry("Retry-After", "6");
        Problem never = catchThrowableOfType(ProblemException.class, () -> throttle.takeRecipients(caller, 101))
                .problem();
        assertThat(never.status()).isEqualTo(422);
        Throttle.Recipients taken = throttle.takeRecipients(caller, 40);
        taken.giveBack();
        taken.giveBack();
        throttle.takeRecipients(caller, 40);
        assertThatThrownBy(() -> throttle.takeRecipients(caller, 1)).isInstanceOf(ProblemException.class);
        assertThat(throttle.look(caller, Throttle.Area.API).get(0).left()).containsExactly(60);
    }

    @Test
    void wrongKeysAreCountedAgainstTheAddressAlone() {
        IntStream.range(0, WRONG_KEYS).forEach(n -> throttle.countWrongKey(home));
        Problem problem = catchThrowableOfType(ProblemException.class, () -> throttle.countWrongKey(home))
                .problem();
        assertThat(problem.status()).isEqualTo(429);
        assertThat(problem.headers()).containsEntry("Retry-After", "3");
        throttle.countWrongKey(at("192.0.2.2"));
        call(caller("key_1", "60/min"));
    }

    @Test
    void administrationCountsApartFromTheApi() {
        Caller caller = caller("key_1", "1/min");
        calls(1, caller);
        IntStream.range(0, 100)
                .forEach(n -> throttle.enter(caller, home, Throttle.Area.ADMINISTRATION)
                        .end());
        assertThatThrownBy(() -> throttle.enter(caller, home, Throttle.Area.ADMINISTRATION))
                .isInstanceOf(ProblemException.class);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.smartmails.problem.ProblemException;
import io.smartmails.testkit.SettableClock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CallerThrottleTest {
    private final SettableClock clock = new SettableClock();
    private final CallerThrottle throttle = new CallerThrottle(clock);
    private final Caller caller = new Caller(
            "key_1",
            "shop",
            "key_1",
            Set.of(),
            io.smartmails.hub.gateway.KeyLimits.perMinute(60),
            io.smartmails.hub.gateway.AddressRules.ANY,
            false);

    @Test
    void ofManyParallelCallsExactlyTheLimitPasses() throws Exception {
        var passed = new AtomicInteger();
        var threads = Executors.newFixedThreadPool(8);
        var calls = IntStream.range(0, 200)
                .mapToObj(n -> threads.submit(() -> {
                    try {
                        throttle.take(caller);
                        passed.incrementAndGet();
                    } catch (ProblemException refused) {
                        assertThat(refused.problem().status()).isEqualTo(429);
                    }
                }))
                .toList();
        for (var call : calls) {
            call.get();
        }
        threads.shutdown();
        assertThat(passed).hasValue(60);
    }

    @Test
    void obeyingRetryAfterAlwaysWorksAndRefusedCallsCostNothing() {
        IntStream.range(0, 60).forEach(n -> throttle.take(caller));
        IntStream.range(0, 5)
                .forEach(n -> assertThatThrownBy(() -> throttle.take(caller)).isInstanceOf(ProblemException.class));
        var refused = catchThrowableOfType(ProblemException.class, () -> throttle.take(caller));
        long wait = Long.parseLong(refused.problem().headers().get("Retry-After"));
        assertThat(wait).isEqualTo(1);
        clock.advance(Duration.ofSeconds(wait));
        assertThat(throttle.take(caller).remaining()).isZero();
    }

    @Test
    void anotherKeyIsUnaffected() {
        IntStream.range(0, 60).forEach(n -> throttle.take(caller));
        assertThat(throttle.take(new Caller(
                                "key_2",
                                "crm",
                                "key_2",
                                Set.of(),
                                io.smartmails.hub.gateway.KeyLimits.perMinute(60),
                                io.smartmails.hub.gateway.AddressRules.ANY,
                                false))
                        .remaining())
                .isEqualTo(59);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SlidingWindowTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong();

    @Test
    void admitsNoMoreThanItsLimitInAnySixtySeconds() {
        var window = new SlidingWindow(7, now::get);
        var admitted = new ArrayDeque<Long>();
        var random = new Random(4711);
        for (int i = 0; i < 100_000; i++) {
            now.addAndGet(random.nextLong(20 * SECOND / 7));
            while (!admitted.isEmpty() && now.get() - admitted.peek() >= 60 * SECOND) {
                admitted.remove();
            }
            boolean granted = window.take().granted();
            assertThat(granted).isEqualTo(admitted.size() < 7);
            if (granted) {
                admitted.add(now.get());
            }
        }
    }

    @Test
    void saysToTheSecondWhenTheNextCallMayCome() {
        var window = new SlidingWindow(2, now::get);
        window.take();
        now.set(10 * SECOND);
        window.take();
        now.set(20 * SECOND + 1);

        Allowance refused = window.take();

        assertThat(refused.granted()).isFalse();
        assertThat(refused.resetSeconds()).isEqualTo(40);
        now.addAndGet(39 * SECOND);
        assertThat(window.take().granted()).isFalse();
        now.addAndGet(SECOND);
        assertThat(window.take().granted()).isTrue();
    }

    @Test
    void refusedCallsDoNotCount() {
        var window = new SlidingWindow(1, now::get);
        window.take();
        for (int i = 0; i < 59; i++) {
            now.addAndGet(SECOND);
            assertThat(window.take().granted()).isFalse();
        }
        now.addAndGet(SECOND);
        assertThat(window.take().granted()).isTrue();
    }

    @Test
    void showsItsStateInTheHeadersOfTheContract() {
        var window = new SlidingWindow(60, now::get);
        for (int i = 0; i < 19; i++) {
            window.take();
        }
        now.set(43 * SECOND);

        assertThat(window.look().headers("minute"))
                .containsEntry("RateLimit-Policy", "\"minute\";q=60;w=60")
                .containsEntry("RateLimit", "\"minute\";r=41;t=17")
                .containsEntry("X-RateLimit-Limit", "60")
                .containsEntry("X-RateLimit-Remaining", "41")
                .containsEntry("X-RateLimit-Reset", "17");
    }
}

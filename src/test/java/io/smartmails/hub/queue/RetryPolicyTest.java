// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static final Instant SINCE = Instant.parse("2026-11-24T08:00:00Z");

    private final RetryPolicy policy = new RetryPolicy(new Random(1));

    private Duration delay(Throwable failure, int attempts) {
        var retry = (RetryPolicy.RetryAt) policy.judge(failure, attempts, SINCE, SINCE);
        return Duration.between(SINCE, retry.at());
    }

    @Test
    void waitsDoubleFromFiveSecondsToAnHour() {
        var busy = new TransientFailure("busy", Duration.ZERO);
        assertThat(delay(busy, 1)).isBetween(Duration.ofMillis(2_500), Duration.ofSeconds(5));
        assertThat(delay(busy, 3)).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(20));
        assertThat(delay(busy, 60)).isBetween(Duration.ofMinutes(30), Duration.ofHours(1));
    }

    @Test
    void neverComesBackEarlierThanAsked() {
        assertThat(delay(new TransientFailure("wait", Duration.ofMinutes(17)), 1))
                .isEqualTo(Duration.ofMinutes(17));
    }

    @Test
    void aPermanentFailureIsDeadAtOnceWithItsOwnWords() {
        assertThat(policy.judge(new PermanentFailure("no email"), 1, SINCE, SINCE))
                .isEqualTo(new RetryPolicy.Dead("no email"));
    }

    @Test
    void afterSevenDaysItIsADeadLetter() {
        Instant late = SINCE.plus(Duration.ofDays(7)).plusMillis(1);
        assertThat(policy.judge(new TransientFailure("busy", Duration.ZERO), 200, SINCE, late))
                .isEqualTo(new RetryPolicy.Dead("Given up after 7 days and 200 tries: busy"));
    }

    @Test
    void aForeignFailureNamesItsKind() {
        var verdict = (RetryPolicy.RetryAt)
                policy.judge(new RuntimeException(new IllegalArgumentException("boom")), 1, SINCE, SINCE);
        assertThat(verdict.cause()).isEqualTo("IllegalArgumentException: boom");
    }
}

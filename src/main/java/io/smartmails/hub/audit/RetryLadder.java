// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** When a webhook is tried again, as Standard Webhooks recommends, each pause up to a tenth longer. */
final class RetryLadder {
    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));
    private static final Duration LONGEST_WISH = Duration.ofHours(24);
    private static final double JITTER = 0.1;

    private final RandomGenerator random;

    RetryLadder(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param attempts tries so far
     * @param wish what the receiver asked for; null = nothing
     * @return empty when that was the last
     */
    Optional<Instant> next(int attempts, Duration wish, Instant now) {
        if (attempts > PAUSES.size()) {
            return Optional.empty();
        }
        Duration pause = PAUSES.get(attempts - 1);
        pause = pause.plusMillis((long) (pause.toMillis() * JITTER * random.nextDouble()));
        if (wish != null && wish.compareTo(pause) > 0) {
            pause = wish.compareTo(LONGEST_WISH) > 0 ? LONGEST_WISH : wish;
        }
        return Optional.of(now.plus(pause));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.delivery;

import java.time.Duration;
import java.util.List;

/** When to try again after a temporary refusal: quickly at first, then as contract 4.12 says, for 48 hours in all. */
final class Backoff {
    static final Duration GIVE_UP = Duration.ofHours(48);

    private static final List<Duration> DELAYS = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            Duration.ofHours(4),
            Duration.ofHours(8));

    private Backoff() {}

    /** @param attempts tries made, 1 or more */
    static Duration after(int attempts) {
        return DELAYS.get(Math.min(attempts, DELAYS.size()) - 1);
    }
}

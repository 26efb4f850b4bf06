// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * What becomes of mail that never leaves: delivered at once, except at {@code @test.smartmails.invalid}, where the name says
 * how it ends (contract 4.1).
 */
enum SandboxOutcome {
    DELIVERED(Message.DELIVERED, Duration.ZERO),
    OPEN(Message.DELIVERED, Duration.ZERO),
    CLICK(Message.DELIVERED, Duration.ZERO),
    COMPLAINT(Message.DELIVERED, Duration.ZERO),
    SLOW(Message.DELIVERED, Duration.ofSeconds(30)),
    SOFTBOUNCE(Message.BOUNCED, Duration.ZERO),
    HARDBOUNCE(Message.BOUNCED, Duration.ZERO),
    REJECT(Message.FAILED, Duration.ZERO);

    private static final String DOMAIN = "@test.smartmails.invalid";

    private final String status;
    private final Duration after;

    SandboxOutcome(String status, Duration after) {
        this.status = status;
        this.after = after;
    }

    /** The status it ends in. */
    String status() {
        return status;
    }

    /** How long the message is {@code sent} before. */
    Duration after() {
        return after;
    }

    /** Of one address. */
    static SandboxOutcome of(String email) {
        String key = Address.key(email);
        for (SandboxOutcome outcome : values()) {
            if (key.equals(Address.key(outcome.name()) + DOMAIN)) {
                return outcome;
            }
        }
        return DELIVERED;
    }

    /** Of a message: the worst of its recipients'. */
    static SandboxOutcome of(List<String> emails) {
        return emails.stream()
                .map(SandboxOutcome::of)
                .max(Comparator.naturalOrder())
                .orElse(DELIVERED);
    }
}

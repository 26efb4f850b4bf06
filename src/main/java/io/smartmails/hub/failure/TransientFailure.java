// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.failure;

import java.time.Duration;

/** Nothing is wrong with the message; the same work may succeed later. */
public final class TransientFailure extends RuntimeException {
    private final Duration after;

    /** @param after the earliest sensible next try, when the other side said so; zero leaves it to the queue's back-off */
    public TransientFailure(String message, Duration after, Throwable cause) {
        super(message, cause);
        this.after = after;
    }

    public TransientFailure(String message, Duration after) {
        this(message, after, null);
    }

    public Duration after() {
        return after;
    }
}

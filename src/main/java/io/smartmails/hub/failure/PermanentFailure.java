// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.failure;

/** Trying again cannot help until somebody changes something: a dead letter, with this message as its cause. */
public final class PermanentFailure extends RuntimeException {
    /** @param message the cause in plain words for an operator: what is wrong, where, and what to do */
    public PermanentFailure(String message) {
        super(message);
    }

    public PermanentFailure(String message, Throwable cause) {
        super(message, cause);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

/** The process cannot start; the message tells the operator what to change. */
final class StartFailure extends RuntimeException {
    StartFailure(String message, Throwable cause) {
        super(message, cause, false, cause != null); // what the operator reads is the message, not where it was thrown
    }
}

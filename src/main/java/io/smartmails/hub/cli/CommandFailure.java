// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

/** The command could not do what was asked; the message says why and what to do. Exit code 1. */
final class CommandFailure extends RuntimeException {
    CommandFailure(String message) {
        super(message, null, false, false);
    }
}

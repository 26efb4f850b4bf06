// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

/** A connector or connection file is wrong; the message names file, line, what is wrong and what to write instead. */
public final class ConfigurationError extends RuntimeException {
    public ConfigurationError(String message) {
        super(message);
    }

    public ConfigurationError(String message, Throwable cause) {
        super(message, cause);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

/**
 * Why a route file does not run.
 *
 * @param file its name
 * @param line from 1
 * @param reason in a sentence, with what to do where that is known
 */
public record RouteError(String file, int line, String reason) {
    @Override
    public String toString() {
        return file + ":" + line + ": " + reason;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

/** A route file that cannot run as it is. */
final class BrokenRoute extends Exception {
    private final transient RouteError error;

    BrokenRoute(RouteError error) {
        super(error.toString());
        this.error = error;
    }

    RouteError error() {
        return error;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

/** A route file that cannot run as it is. */
final class BrokenRoute extends Exception {
    private final transient RouteError error;
    private final boolean clash;

    BrokenRoute(RouteError error) {
        this(error, false);
    }

    /** @param clash whether the file is fine but for another one that has its id */
    BrokenRoute(RouteError error, boolean clash) {
        super(error.toString());
        this.error = error;
        this.clash = clash;
    }

    RouteError error() {
        return error;
    }

    boolean isClash() {
        return clash;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

/** Stand-in. */
enum Merge {
    CHANGED,
    UNCHANGED,
    STALE,
    NO_ADDRESS
}

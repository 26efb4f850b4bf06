// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.util.Set;

/**
 * Who administers keys.
 *
 * @param id of the key that acts; {@code hub} for the hub itself
 * @param scopes what it has and may therefore grant
 * @param test a test key, which may not make or mend live ones
 * @param address where the call came from; null for none
 * @param requestId null when no request caused it
 */
public record KeyActor(String id, Set<String> scopes, boolean test, String address, String requestId) {
    static final KeyActor HUB = new KeyActor("hub", Preset.ADMIN.scopes(), false, null, null);

    public static KeyActor of(Caller caller, String address, String requestId) {
        return new KeyActor(caller.keyId(), caller.scopes(), caller.test(), address, requestId);
    }
}

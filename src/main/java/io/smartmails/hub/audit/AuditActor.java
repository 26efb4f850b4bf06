// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.util.Map;

/**
 * Who asks for an administrative act.
 *
 * @param id id of the key; {@code hub} for the hub itself
 * @param address where the call came from; null for none
 * @param requestId null when no request caused it
 */
public record AuditActor(String id, String address, String requestId) {
    /** The hub itself. */
    public static final AuditActor HUB = new AuditActor("hub", null, null);

    public AuditEntry did(String action, String target, Map<String, ?> before, Map<String, ?> after) {
        return new AuditEntry(id, address, action, target, before, after, requestId);
    }
}

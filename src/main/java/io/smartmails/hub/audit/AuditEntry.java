// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.util.Map;

/**
 * One act to remember. Holds ids, never personal data or secrets.
 *
 * @param actor id of the key that acted; {@code hub} for the hub itself, {@code anonymous} for nobody known
 * @param address where the call came from; null for none
 * @param action {@code key.create}, {@code key.roll}, {@code dead-letter.replay}: thing, dot, verb
 * @param target id of what was acted on; null for none
 * @param before what it was; empty when it was made
 * @param after what it became; empty when it went
 * @param requestId null when no request caused it
 */
public record AuditEntry(
        String actor,
        String address,
        String action,
        String target,
        Map<String, ?> before,
        Map<String, ?> after,
        String requestId) {}

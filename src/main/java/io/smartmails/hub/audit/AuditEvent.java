// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One act as it is stored.
 *
 * @param seq 1, 2, 3 ... without a gap
 * @param id {@code evt_} and a ULID
 * @param actorType {@code key}, {@code hub} or {@code anonymous}
 * @param address where the call came from; null for none
 * @param target id of what was acted on; null for none
 * @param before JSON object
 * @param after JSON object
 * @param previousHash hash of the event before, or {@link AuditChain#GENESIS}
 * @param hash HMAC-SHA-256 in hex over all the rest
 */
public record AuditEvent(
        long seq,
        String id,
        Instant at,
        String actorType,
        String actor,
        String address,
        String action,
        String target,
        String before,
        String after,
        String requestId,
        String previousHash,
        String hash) {

    /** Everything but the hash, in one spelling only: what the hash is made over. */
    String canonical(String account) {
        List<Object> parts = new ArrayList<>(List.of(account, seq, id, at.toEpochMilli(), actorType, actor));
        parts.add(address);
        parts.add(action);
        parts.add(target);
        parts.addAll(List.of(before, after));
        parts.add(requestId);
        parts.add(previousHash);
        return "audit-event " + Json.write(parts);
    }

    AuditEvent withHash(String itsHash) {
        return new AuditEvent(
                seq,
                id,
                at,
                actorType,
                actor,
                address,
                action,
                target,
                before,
                after,
                requestId,
                previousHash,
                itsHash);
    }
}

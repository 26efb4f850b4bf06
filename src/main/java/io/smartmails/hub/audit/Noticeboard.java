// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.hub.audit.SecurityEvent.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Takes what the front door notices, like events counted together, until the recorder fetches it. Holds {@value #MOST}
 * different events of a kind; what comes above is counted, not kept.
 */
final class Noticeboard implements SecurityEvents {
    private static final int MOST = 5_000;
    private static final int DETAIL_CHARS = 120;

    /** What makes two events alike; all but the kind may be null. */
    record Sighting(Kind kind, String keyId, String address, String detail) {}

    /** @param requestId of the first of them */
    record Tally(Sighting sighting, long times, String requestId) {
        Tally and(Tally more) {
            return new Tally(sighting, times + more.times, requestId);
        }
    }

    private final Map<Kind, ConcurrentHashMap<Sighting, Tally>> noticed = new EnumMap<>(Kind.class);
    private final Map<Kind, LongAdder> lost = new EnumMap<>(Kind.class);

    Noticeboard() {
        for (Kind kind : Kind.values()) {
            noticed.put(kind, new ConcurrentHashMap<>());
            lost.put(kind, new LongAdder());
        }
    }

    @Override
    public void report(SecurityEvent event) {
        var sighting = new Sighting(event.kind(), event.keyId(), event.address(), clipped(event.detail()));
        ConcurrentHashMap<Sighting, Tally> ofKind = noticed.get(event.kind());
        if (ofKind.mappingCount() >= MOST && !ofKind.containsKey(sighting)) {
            lost.get(event.kind()).increment();
            return;
        }
        ofKind.merge(sighting, new Tally(sighting, 1, event.requestId()), Tally::and);
    }

    private static String clipped(String detail) {
        return detail == null || detail.length() <= DETAIL_CHARS ? detail : detail.substring(0, DETAIL_CHARS);
    }

    /** What was noticed since the last time; what did not fit comes as one event of its kind without key and address. */
    List<Tally> fetch() {
        List<Tally> tallies = new ArrayList<>();
        noticed.forEach((kind, ofKind) -> {
            for (Sighting sighting : ofKind.keySet()) {
                tallies.add(ofKind.remove(sighting));
            }
            long rest = lost.get(kind).sumThenReset();
            if (rest > 0) {
                tallies.add(new Tally(new Sighting(kind, null, null, "too many to tell apart"), rest, null));
            }
        });
        return tallies;
    }
}

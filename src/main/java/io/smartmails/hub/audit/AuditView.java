// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.time.Instant;
import java.util.List;

/** What can be read of the audit. */
public interface AuditView {
    /**
     * Which events; null = no condition.
     *
     * @param action exactly, or the start of it followed by {@code *}
     * @param after only later ones
     * @param before only earlier ones
     * @param limit 1 to 1,000
     * @param belowSeq only older ones than this number: where the page before ended
     */
    record Query(String actor, String action, String target, Instant after, Instant before, int limit, Long belowSeq) {}

    /** Newest first. */
    record Page(List<AuditEvent> events, boolean hasMore) {}

    /**
     * What a walk along the chain found.
     *
     * @param count events that are right, from the first one on
     * @param head hash of the last right event
     * @param since time of the first event; null when there is none
     * @param brokenSeq number of the first event that is wrong or missing; null when all is well
     * @param reason in plain words; null when all is well
     */
    record Verification(boolean ok, long count, String head, Instant since, Long brokenSeq, String reason) {}

    Page find(Query query);

    /** Walks the whole chain, a thousand events at a time; 10,000 events take about a tenth of a second. */
    Verification verify();
}

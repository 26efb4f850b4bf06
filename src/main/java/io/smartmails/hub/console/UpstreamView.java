// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import java.time.Instant;
import java.util.List;

/** How things stand with SmartMails: the request budget, and whether it takes our key. */
@FunctionalInterface
public interface UpstreamView {
    Upstream now();

    /**
     * Requests of the last 60 s, and what waits for its turn.
     *
     * @param configured requests in any 60 s by the settings
     * @param limit requests that hold now: less when SmartMails says so or answered 429
     * @param used requests counted in the last 60 s
     * @param others requests that somebody else made with the account's key, as far as SmartMails tells
     * @param free requests that could leave before the limit
     * @param nextFreeAt when the next request may leave
     * @param lanes what waits, by lane
     * @param clearsAt when all of it will have left; null when nothing waits
     * @param refusal why SmartMails refuses our key or a kind of request, in plain words; null while all is accepted
     */
    record Upstream(
            int configured,
            int limit,
            int used,
            int others,
            int free,
            Instant nextFreeAt,
            List<Lane> lanes,
            Instant clearsAt,
            String refusal) {}

    /** @param clearsAt when the last of what waits leaves; null when nothing waits */
    record Lane(String lane, long waiting, long due, long requests, Instant clearsAt) {}
}

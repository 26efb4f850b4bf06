// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import java.time.Instant;

/** How things stand with SmartMails: the request budget, and whether it takes our key. */
@FunctionalInterface
public interface UpstreamView {
    Upstream now();

    /**
     * Requests of the last 60 s.
     *
     * @param limit requests SmartMails allows in any 60 s
     * @param used requests counted in the last 60 s
     * @param free requests that could leave before the limit
     * @param nextFreeAt when the next request may leave
     * @param refusal why SmartMails refuses our key, in plain words; null while it is accepted
     */
    record Upstream(int limit, int used, int free, Instant nextFreeAt, String refusal) {}
}

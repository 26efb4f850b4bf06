// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import java.time.Instant;
import java.util.Locale;

/**
 * What the operator sees of one rule.
 *
 * @param file null when the file is gone and only waiting runs remain
 * @param rule route id; null while no text of the file ever ran
 * @param sentence the rule in words, from the comment on the first line
 * @param from URI it starts with
 * @param error why the file as it stands does not run; null when it does
 * @param loadedAt when the running text was loaded; null when none runs
 * @param waitingRuns runs that wait for the rule, retries included
 * @param pollFailure what the last read of a {@code poll:} rule failed with; null otherwise
 */
public record RouteStatus(
        String file,
        String rule,
        String sentence,
        String from,
        State state,
        RouteError error,
        Instant loadedAt,
        long waitingRuns,
        String pollFailure) {

    public enum State {
        RUNNING,
        /** The file is broken; its last good text runs. */
        BROKEN_OLD_RUNNING,
        /** The file is broken and no good text of it is known. */
        BROKEN,
        /** The file is gone; its waiting runs are kept until it comes back. */
        REMOVED_WITH_WAITING;

        /** The word for APIs: {@code broken-old-running}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}

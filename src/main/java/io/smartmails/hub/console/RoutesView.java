// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import java.util.List;

/** The operator's rules and whether they run. */
@FunctionalInterface
public interface RoutesView {
    List<Route> routes();

    /**
     * One route file, or a rule whose file is gone.
     *
     * @param id of the rule; null while the file never was good
     * @param file below the home folder; null when it is gone
     * @param rule its first line: the rule in a sentence
     * @param from what it listens to, for example {@code event:order.paid}
     * @param state {@code running}, {@code broken-old-running}, {@code broken} or {@code removed-with-waiting}
     * @param line of the error, 0 when there is none
     * @param reason what is wrong and what to write instead; null when nothing is
     * @param waiting runs that wait for the rule
     * @param pollFailure what the last read of a polling rule failed with; null otherwise
     */
    record Route(
            String id,
            String file,
            String rule,
            String from,
            String state,
            int line,
            String reason,
            long waiting,
            String pollFailure) {
        public boolean isBroken() {
            return reason != null;
        }

        /** {@code file:line: reason}, as editors and terminals understand it; null when nothing is wrong. */
        public String error() {
            return reason == null ? null : file + (line > 0 ? ":" + line : "") + ": " + reason;
        }
    }
}

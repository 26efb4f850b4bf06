// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import java.util.List;

/** The operator's rules and whether they run. */
@FunctionalInterface
public interface RoutesView {
    List<Route> routes();

    /**
     * One route file.
     *
     * @param id of the rule
     * @param file relative to the home folder
     * @param rule its first line: the rule in a sentence
     * @param from what it listens to, for example {@code event:order.paid}
     * @param state {@code running}, {@code broken} (nothing runs) or {@code outdated} (the file is broken, the rule before it runs on)
     * @param line of the error, 0 when unknown or none
     * @param reason what is wrong and what to write instead; null when nothing is
     */
    record Route(String id, String file, String rule, String from, String state, int line, String reason) {
        public boolean isBroken() {
            return reason != null;
        }

        /** {@code file:line: reason}, as editors and terminals understand it. */
        public String error() {
            return reason == null ? null : file + (line > 0 ? ":" + line : "") + ": " + reason;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

/** The request budget towards SmartMails. */
@FunctionalInterface
public interface BudgetView {
    Budget budget();

    /**
     * Requests of the last 60 s.
     *
     * @param limit requests SmartMails allows in any 60 s
     * @param used requests made in the last 60 s
     * @param free requests that may leave now
     * @param refusal why SmartMails refuses our key, in plain words; null while it is accepted
     */
    record Budget(int limit, int used, int free, String refusal) {}
}

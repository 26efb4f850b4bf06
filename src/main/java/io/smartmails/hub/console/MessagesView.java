// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import java.util.Optional;

/** Asks SmartMails about one message. */
@FunctionalInterface
public interface MessagesView {
    /**
     * Its status now: {@code queued}, {@code sent}, {@code bounced} ... Costs a request of the budget.
     *
     * @return empty when SmartMails cannot be asked just now or does not know it
     */
    Optional<String> status(String messageId);
}

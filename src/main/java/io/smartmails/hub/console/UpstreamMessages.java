// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.sending.Budget;
import io.smartmails.hub.sending.Lane;
import io.smartmails.hub.smartmails.SmartMailsClient;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks SmartMails about a message when the budget leaves room for a look. */
final class UpstreamMessages implements MessagesView {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamMessages.class);

    private final SmartMailsClient smartMails;
    private final Budget budget;

    UpstreamMessages(SmartMailsClient smartMails, Budget budget) {
        this.smartMails = smartMails;
        this.budget = budget;
    }

    @Override
    public Optional<String> status(String messageId) {
        Optional<Budget.Token> token = budget.take(Lane.CONTROL, false);
        if (token.isEmpty()) {
            return Optional.empty();
        }
        try (Budget.Token open = token.get()) {
            return smartMails
                    .message(messageId)
                    .map(message -> message.path("status").asText(null));
        } catch (SmartMailsClient.Throttled e) {
            budget.stop(e.after());
            return Optional.empty();
        } catch (TransientFailure | PermanentFailure | SmartMailsClient.KeyRefused e) {
            LOG.debug("The status of {} cannot be told now: {}", messageId, e.getMessage());
            return Optional.empty();
        }
    }
}

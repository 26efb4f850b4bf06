// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.sending.Lane;
import io.smartmails.hub.sending.Upstream;
import io.smartmails.hub.smartmails.SmartMailsClient;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks SmartMails about a message when the budget leaves room for a look. */
final class UpstreamMessages implements MessagesView {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamMessages.class);

    private final SmartMailsClient smartMails;
    private final Upstream upstream;

    UpstreamMessages(SmartMailsClient smartMails, Upstream upstream) {
        this.smartMails = smartMails;
        this.upstream = upstream;
    }

    @Override
    public Optional<String> status(String messageId) {
        try {
            return upstream.callNow(Lane.CONTROL, () -> smartMails.message(messageId))
                    .flatMap(Function.identity())
                    .map(message -> message.path("status").asText(null));
        } catch (TransientFailure | PermanentFailure e) {
            LOG.debug("The status of {} cannot be told now: {}", messageId, e.getMessage());
            return Optional.empty();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.smartmails.Limits;
import io.smartmails.hub.smartmails.SmartMailsClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the account allows, asked once an hour; the contract's defaults until it has answered. */
final class AccountLimits {
    private static final Logger LOG = LoggerFactory.getLogger(AccountLimits.class);
    private static final Duration KEPT = Duration.ofHours(1);
    private static final Duration AGAIN_AFTER_FAILURE = Duration.ofMinutes(5);

    private final Upstream upstream;
    private final SmartMailsClient client;
    private final Budget budget;
    private final InstantSource clock;
    private Limits limits = Limits.DEFAULT;
    private Instant askAgain = Instant.EPOCH;

    AccountLimits(Upstream upstream, SmartMailsClient client, Budget budget, InstantSource clock) {
        this.upstream = upstream;
        this.client = client;
        this.budget = budget;
        this.clock = clock;
    }

    /** Never waits for a token: without one the last answer serves on, and the next call asks. */
    synchronized Limits current() {
        Instant now = clock.instant();
        if (!now.isBefore(askAgain)) {
            upstream.token(Lane.CONTROL, false).ifPresent(token -> ask(token, now));
        }
        return limits;
    }

    /** What was heard last; never asks. */
    synchronized Limits known() {
        return limits;
    }

    private void ask(Budget.Token token, Instant now) {
        askAgain = now.plus(AGAIN_AFTER_FAILURE);
        try {
            limits = upstream.use(token, client::limits);
            budget.learn(limits.requestsPerMinute());
            askAgain = now.plus(KEPT);
        } catch (TransientFailure | PermanentFailure e) {
            LOG.info("The account's limits are not known, the usual ones are used: {}", e.getMessage());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import io.smartmails.hub.gateway.Caller;

/** What a key may send, beyond its scopes. Without a bean of it everything is allowed. */
public interface SendingRights {
    SendingRights ALL = new SendingRights() {
        @Override
        public boolean maySendAs(Caller caller, String sender) {
            return true;
        }

        @Override
        public void takeRecipients(Caller caller, int recipients) {}
    };

    /** @param sender address or id of a sender profile; null for the account's default */
    boolean maySendAs(Caller caller, String sender);

    /**
     * Takes recipients from the key's bucket, before anything is accepted.
     *
     * @throws io.smartmails.problem.ProblemException 429 {@code rate_limited}, or 422 when they can never pass at once
     */
    void takeRecipients(Caller caller, int recipients);
}

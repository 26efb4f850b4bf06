// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import io.smartmails.hub.gateway.Caller;

/** How many people a key may write to. Without a bean of it, as many as it likes. */
@FunctionalInterface
public interface RecipientThrottle {
    /**
     * Takes recipients from the key's bucket, before anything is accepted.
     *
     * @throws io.smartmails.problem.ProblemException 429 {@code rate_limited}, or 422 when they can never pass at once
     */
    void take(Caller caller, int recipients);
}

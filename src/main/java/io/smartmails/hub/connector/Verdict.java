// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.util.List;

/** What the door decided about a webhook call. */
public sealed interface Verdict {
    /** The sender is who it claims to be: journal all of these in one commit, then give the connector's answer. */
    record Admitted(List<Delivery> deliveries) implements Verdict {
        public Admitted {
            deliveries = List.copyOf(deliveries);
        }
    }

    /**
     * Nothing may be journalled.
     *
     * @param status what this vendor must be answered, from the manifest
     * @param code lower-case name of a {@link io.smartmails.problem.ProblemCode}
     * @param reason a sentence for the operator; holds no secret and nothing from the body
     */
    record Rejected(int status, String code, String reason) implements Verdict {}
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.util.List;
import java.util.Map;

/**
 * One page of a poll. Store the deliveries and the checkpoint in one commit.
 *
 * @param checkpoint what to give to the next call, now or after a restart
 * @param more whether this round goes on at once; false means wait for the next round
 */
public record PollPage(List<Delivery> deliveries, Map<String, String> checkpoint, boolean more) {
    public PollPage {
        deliveries = List.copyOf(deliveries);
        checkpoint = Map.copyOf(checkpoint);
    }
}

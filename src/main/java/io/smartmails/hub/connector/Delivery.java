// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.util.Map;

/**
 * One thing to journal: a webhook, one notification of a batch, or one polled record.
 *
 * @param topic the vendor's topic, or the poll's; 1 to 100 characters of {@code A-Z a-z 0-9 _ . / -}
 * @param dedupeId equal for repeats of the same delivery, at most 255 characters; unique together with connection and topic
 * @param keptHeaders the headers the manifest keeps, by lower-case name; never the signature
 * @param body what the mapping will read, unchanged from the wire except that a batch was cut into its notifications
 */
@SuppressWarnings("ArrayRecordComponent")
public record Delivery(String topic, String dedupeId, Map<String, String> keptHeaders, byte[] body) {
    public Delivery {
        keptHeaders = Map.copyOf(keptHeaders);
    }
}

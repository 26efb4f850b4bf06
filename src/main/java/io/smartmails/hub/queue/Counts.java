// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.util.Map;

/**
 * The equations of the hub, since the first start.
 *
 * @param duplicates repeats answered with the first one's receipt
 * @param refused requests the door turned away (signature, size, form); nothing of them is stored
 * @param envelopes by state: accepted = translated + no-event + dead + waiting
 * @param runs by state: accepted = done + dead + waiting
 * @param items by kind, then by state: accepted = delivered + dropped + dead + waiting
 * @param fates of the envelopes, what became of each in the end: accepted = delivered + dropped + dead + waiting
 */
public record Counts(
        long duplicates,
        long refused,
        Map<String, Long> envelopes,
        Map<String, Long> runs,
        Map<String, Map<String, Long>> items,
        Map<String, Long> fates) {}

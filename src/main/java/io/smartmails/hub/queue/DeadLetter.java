// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Instant;

/**
 * Work that cannot succeed until somebody changes something.
 *
 * @param id of the row: {@code env_...}, {@code run_...} or {@code itm_...}
 * @param stage where it stopped: {@code translation}, {@code rule}, {@code sending}
 * @param receipt envelope it belongs to
 * @param about topic, rule or kind of item
 * @param cause in plain words
 */
public record DeadLetter(
        String id, String stage, String receipt, String about, int attempts, Instant diedAt, String cause) {}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.hub.smartmails.SmartMailsClient;
import java.time.Instant;

/**
 * A request of the last minute.
 *
 * @param endedAt null while its answer is awaited, and for ever when its process died
 */
record LoggedRequest(String id, Lane lane, Instant startedAt, Instant endedAt) {
    /**
     * The latest time SmartMails may have counted it: somewhere between start and end. One without an end may be counted up
     * to now, but not after the longest a call can last. Never later than now, so that a clock set back stalls nothing for
     * more than a minute.
     */
    Instant countedAt(Instant now) {
        Instant latest = endedAt == null ? startedAt.plus(SmartMailsClient.LONGEST_CALL) : endedAt;
        return latest.isAfter(now) ? now : latest;
    }
}

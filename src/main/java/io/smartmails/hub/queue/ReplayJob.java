// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Instant;

/**
 * A replay of many rows, carried out in chunks.
 *
 * @param deadLetters which, when it replays dead letters; else null
 * @param events which, when it runs events through the rules again; else null
 * @param again mark of a forced replay; null = what was mailed is not mailed again
 * @param cutoff what died, or was made, later is not part of it
 * @param position last event handled; null before the first
 * @param total rows it was to put back when it was previewed
 * @param failed rows that could not be put back: somebody else did, or retention took what they need
 * @param endedAt null until it is done
 */
public record ReplayJob(
        String id,
        State state,
        DeadLetterFilter deadLetters,
        EventFilter events,
        String again,
        String reason,
        String keyId,
        Instant cutoff,
        String position,
        long total,
        long done,
        long failed,
        Instant createdAt,
        Instant endedAt) {

    /** Previewed until somebody says go. */
    public enum State {
        PREVIEWED,
        RUNNING,
        DONE
    }
}

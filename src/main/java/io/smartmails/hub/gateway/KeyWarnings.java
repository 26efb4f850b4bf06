// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.hub.audit.SecurityEvent;
import io.smartmails.hub.audit.SecurityEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Says 14, 3 and 1 days before that a key ends, each once, whichever node looks. A key that was rolled is not warned of:
 * its successor is there.
 */
final class KeyWarnings {
    /** Shortest first, so that a key found late is told of once. */
    private static final int[] DAYS = {1, 3, 14};

    private final Database database;
    private final KeyStore store;
    private final SecurityEvents events;
    private final InstantSource clock;

    KeyWarnings(Database database, KeyStore store, SecurityEvents events, InstantSource clock) {
        this.database = database;
        this.store = store;
        this.events = events;
        this.clock = clock;
    }

    void look() {
        Instant now = clock.instant();
        for (int days : DAYS) {
            for (HubKey key : store.endingUntil(now.plus(Duration.ofDays(days)), days, now)) {
                boolean first = database.write(tx -> store.setWarned(tx, key.id(), days));
                if (first) {
                    events.report(new SecurityEvent(
                            SecurityEvent.Kind.KEY_EXPIRING, key.id(), null, Integer.toString(days), null));
                }
            }
        }
    }
}

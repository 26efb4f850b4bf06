// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.db.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;

/** How many receipts came in per minute of the last hour. */
final class TrafficStore {
    static final int MINUTES = 60;

    private final Database database;
    private final InstantSource clock;

    TrafficStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Oldest minute first; the last one is the minute under way. */
    List<Long> receiptsPerMinute() {
        Instant now = clock.instant();
        long lastMinute = now.toEpochMilli() / Duration.ofMinutes(1).toMillis();
        Long[] minutes = new Long[MINUTES];
        Arrays.fill(minutes, 0L);
        database.read()
                .sql(
                        "SELECT received_at / 60000 AS minute, COUNT(*) AS n FROM envelope WHERE received_at >= :since GROUP BY 1")
                .param(
                        "since",
                        (lastMinute - MINUTES + 1) * Duration.ofMinutes(1).toMillis())
                .query(rs -> {
                    int index = (int) (rs.getLong("minute") - (lastMinute - MINUTES + 1));
                    if (index < MINUTES) {
                        minutes[index] = rs.getLong("n");
                    }
                });
        return List.of(minutes);
    }
}

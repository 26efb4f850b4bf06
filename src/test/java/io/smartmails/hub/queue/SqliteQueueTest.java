// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.db.Database;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.testkit.Databases;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SqliteQueueTest extends QueueSuite {
    @Override
    Database open(Path folder) {
        return Databases.sqlite(folder, "db/hub");
    }

    @Test
    void whatADeadProcessHadClaimedIsDueAtOnce() {
        accept("e1");
        assertThat(envelopes.claim(10, LEASE)).hasSize(1);
        assertThat(envelopes.claim(10, LEASE)).isEmpty();
        LeaseStore.releaseAtStart(database, clock);
        assertThat(envelopes.claim(10, LEASE)).hasSize(1);
    }

    @Test
    void whatIsParkedForARetryStaysParkedOverARestart() {
        String id = accept("e1").id();
        envelopes.claim(10, LEASE);
        fail(id, new TransientFailure("busy", Duration.ofMinutes(1)));
        LeaseStore.releaseAtStart(database, clock);
        assertThat(envelopes.claim(10, LEASE)).isEmpty();
    }
}

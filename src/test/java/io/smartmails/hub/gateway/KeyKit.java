// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.db.Database;
import io.smartmails.hub.audit.AuditEntry;
import io.smartmails.hub.audit.SecurityEvent;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import io.smartmails.testkit.SettableClock;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** The keys of one hub on a clock that the test moves. */
final class KeyKit implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    final SettableClock clock = new SettableClock();
    final Database database;
    final Secrets secrets;
    final KeyStore store;
    final List<AuditEntry> audit = new ArrayList<>();
    final List<SecurityEvent> events = new ArrayList<>();
    final KeyRing ring;
    final KeyDesk desk;
    final KeyUsage usage;
    final KeyReads reads;
    final KeyWarnings warnings;
    /** The first admin key, as an actor. */
    final KeyActor admin;

    final String adminSecret;

    KeyKit(Database database, Path folder) {
        this.database = database;
        secrets = Secrets.open(folder.resolve("secrets"), new SecureRandom(), Optional.empty());
        store = new KeyStore(database);
        ring = node();
        desk = new KeyDesk(
                ring,
                store,
                database,
                secrets,
                (tx, entry) -> audit.add(entry),
                clock,
                new Ids(clock, new Random(1)),
                new SecureRandom());
        usage = new KeyUsage(database, new KeyUsageStore(database), secrets, clock);
        reads = new KeyReads(store, usage, clock);
        warnings = new KeyWarnings(database, store, events::add, clock);
        adminSecret = desk.firstAdminKey(Optional.empty()).orElseThrow();
        admin = KeyActor.of(ring.authenticate(adminSecret), "192.0.2.1", "req_1");
    }

    /** Another node that looks at the same database; its time is that of the clock. */
    KeyRing node() {
        return new KeyRing(
                store,
                secrets,
                clock,
                () -> Duration.between(java.time.Instant.EPOCH, clock.instant()).toNanos());
    }

    KeyDesk.Created create(String json) {
        return desk.create(admin, json(json), false);
    }

    KeyDesk.Created create() {
        return create("{'name':'shop'}");
    }

    HubKey change(String id, String json) {
        return desk.change(admin, id, json(json), false);
    }

    KeyDesk.Created roll(String id, String grace) {
        return desk.roll(admin, id, json("{'grace_period':'" + grace + "'}"), false);
    }

    String in(Duration time) {
        return clock.instant().plus(time).truncatedTo(ChronoUnit.MILLIS).toString();
    }

    /** @param text JSON with single quotes */
    static ObjectNode json(String text) {
        try {
            return (ObjectNode) JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.hub.secret.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How keys are used, per hour. Collected in memory and written every few seconds, so that a call costs no disk; a crash
 * forgets the last seconds. Kept for 90 days.
 */
public final class KeyUsage {
    static final Duration KEPT = Duration.ofDays(90);

    private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();
    /** More are not counted apart: who spreads calls that far is found by other means. */
    private static final int MAX_ADDRESSES = 1_000;
    /** Tallies in one commit: bounds how long other writers wait. */
    private static final int TALLIES_PER_COMMIT = 200;

    private final Database database;
    private final KeyUsageStore store;
    private final Secrets secrets;
    private final InstantSource clock;
    private final ConcurrentHashMap<KeyHour, Tally> tallies = new ConcurrentHashMap<>();
    private Instant prunedAt = Instant.EPOCH;

    KeyUsage(Database database, KeyUsageStore store, Secrets secrets, InstantSource clock) {
        this.database = database;
        this.store = store;
        this.secrets = secrets;
        this.clock = clock;
    }

    record KeyHour(String keyId, long hourMillis) {}

    /** What is not written yet; of one thread at a time, so plain fields. */
    static final class Tally {
        long requests;
        long clientErrors;
        long throttled;
        long serverErrors;
        long lastAtMillis;
        String lastAddress;
        final Map<Integer, Long> times = new HashMap<>();
        final Set<String> addresses = new HashSet<>();
    }

    /**
     * An hour of a key.
     *
     * @param clientErrors 4xx, throttled calls among them
     * @param addresses different ones, up to 1,000 per node and few seconds
     * @param p50Millis half of the answers took at most this long, 19 % too much at worst; null without any
     */
    record Hour(
            Instant start,
            long requests,
            long clientErrors,
            long throttled,
            long serverErrors,
            long addresses,
            Double p50Millis,
            Double p95Millis) {}

    /**
     * Notes an answered call. Takes well under a microsecond and waits for nobody but a call of the same key in the same
     * moment.
     *
     * @param took from the first look at the request to the end of its answer
     * @param address where the call came from
     */
    public void record(Caller caller, int status, Duration took, String address) {
        long now = clock.millis();
        tallies.compute(new KeyHour(caller.keyId(), now - Math.floorMod(now, HOUR_MILLIS)), (key, old) -> {
            Tally tally = old == null ? new Tally() : old;
            tally.requests++;
            tally.clientErrors += status / 100 == 4 ? 1 : 0;
            tally.throttled += status == 429 ? 1 : 0;
            tally.serverErrors += status >= 500 ? 1 : 0;
            tally.lastAtMillis = now;
            tally.lastAddress = address;
            tally.times.merge(TimeSteps.of(took), 1L, Long::sum);
            if (tally.addresses.size() < MAX_ADDRESSES) {
                tally.addresses.add(address);
            }
            return tally;
        });
    }

    /** Writes what was collected. What cannot be written is collected on. */
    synchronized void save() {
        List<KeyHour> keys = new ArrayList<>(tallies.keySet());
        for (int from = 0; from < keys.size(); from += TALLIES_PER_COMMIT) {
            Map<KeyHour, Tally> batch = new HashMap<>();
            for (KeyHour key : keys.subList(from, Math.min(keys.size(), from + TALLIES_PER_COMMIT))) {
                batch.put(key, tallies.remove(key));
            }
            write(batch);
        }
        if (prunedAt.plusMillis(HOUR_MILLIS).isBefore(clock.instant())) {
            prunedAt = clock.instant();
            database.write(tx -> {
                store.prune(tx, prunedAt.minus(KEPT));
                return null;
            });
        }
    }

    private void write(Map<KeyHour, Tally> batch) {
        try {
            database.write(tx -> {
                batch.forEach((key, tally) -> store.add(tx, key, tally, address -> secrets.hash(address)));
                return null;
            });
        } catch (RuntimeException e) {
            batch.forEach((key, tally) -> tallies.merge(key, tally, KeyUsage::sum));
            throw e;
        }
    }

    private static Tally sum(Tally newer, Tally older) {
        newer.requests += older.requests;
        newer.clientErrors += older.clientErrors;
        newer.throttled += older.throttled;
        newer.serverErrors += older.serverErrors;
        older.times.forEach((step, n) -> newer.times.merge(step, n, Long::sum));
        newer.addresses.addAll(older.addresses);
        return newer;
    }

    /** The hours from then on, newest first, with the calls of this very moment. */
    List<Hour> since(String keyId, Instant from) {
        save();
        return store.since(keyId, from);
    }
}

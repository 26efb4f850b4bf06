// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LocalBucketBuilder;
import io.github.bucket4j.local.SynchronizationStrategy;
import io.smartmails.db.Database;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * All callers' buckets of this node, each under an explicit id. One that nobody used for as long as its longest window is
 * full and forgotten. A single node saves what changed once a second and when it stops; several share them in PostgreSQL.
 */
final class Buckets {
    private static final long MOST_IN_MEMORY = 100_000;

    private final InstantSource clock;
    private final Database database;
    private final BucketStore store;
    private final SharedBuckets shared;
    private final Map<String, BucketStore.Snapshot> before;
    private final Queue<CallerBucket> unsaved = new ConcurrentLinkedQueue<>();
    private final Cache<String, CallerBucket> buckets;

    private Buckets(Database database, InstantSource clock, long most) {
        this.clock = clock;
        this.database = database;
        this.store = database == null || !database.isSqlite() ? null : new BucketStore(database);
        this.shared =
                database == null || database.isSqlite() ? null : new SharedBuckets(database.source(), meter(clock));
        this.before = store == null ? Map.of() : new ConcurrentHashMap<>(store.load(clock.instant()));
        this.buckets = Caffeine.newBuilder()
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .expireAfter(Expiry.<String, CallerBucket>accessing((id, bucket) -> bucket.longest()))
                .maximumSize(most)
                .build();
    }

    /** Buckets that survive a restart: saved by a single node, shared by several. */
    static Buckets kept(Database database, InstantSource clock) {
        return new Buckets(database, clock, Long.MAX_VALUE);
    }

    /** Buckets of this process only, so many of them that an attack fills 60 MB. */
    static Buckets inMemory(InstantSource clock) {
        return new Buckets(null, clock, MOST_IN_MEMORY);
    }

    /** Whether a decision is a call to a database, to be made without holding a lock. */
    boolean areShared() {
        return shared != null;
    }

    CallerBucket of(String id, String policyPrefix, List<RateWindow> windows) {
        CallerBucket bucket = buckets.get(id, name -> make(name, policyPrefix, windows));
        bucket.adopt(windows);
        return bucket;
    }

    private CallerBucket make(String id, String policyPrefix, List<RateWindow> windows) {
        return new CallerBucket(
                id,
                policyPrefix,
                windows,
                local(before.isEmpty() ? null : before.remove(id), windows),
                shared == null ? null : shared.bucket(id, CallerBucket.configuration(windows)));
    }

    private Bucket local(BucketStore.Snapshot saved, List<RateWindow> windows) {
        var meter = new RestoringMeter(saved == null ? null : saved.savedAt());
        LocalBucketBuilder builder = Bucket.builder().withCustomTimePrecision(meter);
        for (RateWindow window : windows) {
            Long left = saved == null ? null : saved.tokens().get(window.name());
            builder.addLimit(
                    CallerBucket.bandwidth(window, left == null ? window.quota() : Math.min(left, window.quota())));
        }
        Bucket bucket = builder.withSynchronizationStrategy(SynchronizationStrategy.SYNCHRONIZED)
                .build();
        meter.run();
        return bucket;
    }

    /** Remembers that a bucket must be saved. */
    void changed(CallerBucket bucket) {
        if (store != null && bucket.change()) {
            unsaved.add(bucket);
        }
    }

    /** Writes what changed in one commit; on several nodes removes what is full. */
    void save() {
        if (shared != null) {
            shared.removeFull();
            return;
        }
        Instant now = clock.instant();
        List<BucketStore.Snapshot> snapshots = new ArrayList<>();
        for (CallerBucket bucket = unsaved.poll(); bucket != null; bucket = unsaved.poll()) {
            bucket.saved();
            CallerBucket.Level level = bucket.look();
            Map<String, Long> tokens = new LinkedHashMap<>();
            for (int i = 0; i < level.left().length; i++) {
                tokens.put(level.windows().get(i).name(), level.left()[i]);
            }
            snapshots.add(new BucketStore.Snapshot(bucket.id(), tokens, now, now.plus(bucket.longest())));
        }
        if (!snapshots.isEmpty()) {
            database.write(tx -> {
                store.save(tx, snapshots, now);
                return null;
            });
        }
    }

    /** How many are held; for tests and metrics. */
    long size() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }

    static TimeMeter meter(InstantSource clock) {
        return new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return TimeUnit.MILLISECONDS.toNanos(clock.millis());
            }

            @Override
            public boolean isWallClockBased() {
                return true;
            }
        };
    }

    /** Stands at the time of the snapshot while the bucket is made, so that what was refilled since is not lost. */
    private final class RestoringMeter implements TimeMeter {
        private final TimeMeter now = meter(clock);
        private volatile long standsAtNanos;

        RestoringMeter(Instant savedAt) {
            this.standsAtNanos = savedAt == null
                    ? 0
                    : Math.min(TimeUnit.MILLISECONDS.toNanos(savedAt.toEpochMilli()), now.currentTimeNanos());
        }

        void run() {
            standsAtNanos = 0;
        }

        @Override
        public long currentTimeNanos() {
            return standsAtNanos == 0 ? now.currentTimeNanos() : standsAtNanos;
        }

        @Override
        public boolean isWallClockBased() {
            return true;
        }
    }
}

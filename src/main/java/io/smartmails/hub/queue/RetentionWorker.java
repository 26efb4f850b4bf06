// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.hub.timeline.TimelineStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Takes away what was settled long ago, once an hour, a chunk a step, on one node at a time. Every chunk is a commit of its
 * own, so that nobody waits long; a crash or a stop costs nothing, the next pass finds what is left.
 */
public final class RetentionWorker extends Worker {
    private static final Duration EVERY = Duration.ofHours(1);
    private static final Duration PREVIEWS = Duration.ofHours(1);

    private enum Stage {
        DEAD_LETTERS,
        BYTES,
        RECEIPTS,
        ITEMS,
        REPLAYS
    }

    private final Database database;
    private final RetentionStore store;
    private final ReplayStore replays;
    private final TimelineStore timeline;
    private final RetentionSettings settings;
    private final SingleRunner runner;
    private final InstantSource clock;
    private Stage stage = Stage.DEAD_LETTERS;
    private RetentionStore.Place place = RetentionStore.Place.START;
    private String lastItem = "";

    public RetentionWorker(
            Database database,
            ReplayStore replays,
            TimelineStore timeline,
            RetentionSettings settings,
            SingleRunner runner,
            InstantSource clock) {
        super("retention", new Wakeup(), EVERY);
        this.database = database;
        this.store = new RetentionStore(database);
        this.replays = replays;
        this.timeline = timeline;
        this.settings = settings;
        this.runner = runner;
        this.clock = clock;
    }

    /** @return whether the pass goes on */
    @Override
    protected boolean step() {
        if (!runner.mayRun("retention")) {
            return false;
        }
        Instant now = clock.instant();
        boolean more = switch (stage) {
            case DEAD_LETTERS -> giveUpDeadLetters(now);
            case BYTES -> receipts(now.minus(settings.envelopes()), true);
            case RECEIPTS -> receipts(now.minus(settings.timeline()), false);
            case ITEMS -> items(now.minus(settings.items()));
            case REPLAYS -> forgetReplays();
        };
        if (more) {
            return true;
        }
        place = RetentionStore.Place.START;
        lastItem = "";
        boolean last = stage == Stage.REPLAYS;
        stage = Stage.values()[last ? 0 : stage.ordinal() + 1];
        return !last;
    }

    private boolean giveUpDeadLetters(Instant now) {
        if (settings.deadLetters() == null) {
            return false;
        }
        Instant cutoff = now.minus(settings.deadLetters());
        String cause = "given up as a dead letter after "
                + settings.deadLetters().toDays() + " days (hub.retention.dead-letters)";
        return database.write(tx -> {
            boolean any = false;
            for (DeadLetter.Kind kind : DeadLetter.Kind.values()) {
                List<RetentionStore.Discarded> discarded = store.discard(tx, kind, cutoff, now, cause);
                discarded.forEach(
                        letter -> timeline.add(tx, letter.receipt(), "queue", "given-up", cause, letter.id()));
                any |= !discarded.isEmpty();
            }
            return any;
        });
    }

    private boolean receipts(Instant cutoff, boolean bytesOnly) {
        List<RetentionStore.Place> chunk = store.receipts(place, cutoff, bytesOnly);
        if (chunk.isEmpty()) {
            return false;
        }
        List<String> ids = chunk.stream().map(RetentionStore.Place::id).toList();
        database.write(tx -> {
            if (bytesOnly) {
                store.strip(tx, ids, clock.instant());
            } else {
                store.remove(tx, ids);
            }
            return null;
        });
        place = chunk.get(chunk.size() - 1);
        return true;
    }

    private boolean items(Instant cutoff) {
        List<RetentionStore.Discarded> chunk = store.items(lastItem, cutoff);
        if (chunk.isEmpty()) {
            return false;
        }
        Set<String> receipts =
                chunk.stream().map(RetentionStore.Discarded::receipt).collect(Collectors.toSet());
        database.write(tx -> {
            store.removeItems(tx, receipts, cutoff);
            return null;
        });
        lastItem = chunk.get(chunk.size() - 1).id();
        return true;
    }

    private boolean forgetReplays() {
        database.write(tx -> replays.forget(tx, PREVIEWS, settings.timeline()));
        return false;
    }
}

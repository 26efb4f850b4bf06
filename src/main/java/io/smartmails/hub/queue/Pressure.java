// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whether there is room for new work. Past a mark (rows that wait, free disk, size of the data) it is refused at the door, so
 * that what was accepted can be carried to its end; below 95 % of the mark it is taken again.
 *
 * <p>Asking costs one read of memory; {@link PressureWorker} measures.
 */
public final class Pressure {
    private static final long GIGABYTE = 1L << 30;
    private static final int DISK_SHARE = 20;
    private static final double TAKEN_AGAIN = 0.95;
    /** An alarm is raised again only after the level fell this far below its mark. */
    private static final double CLEARLY_BELOW = 0.9;

    private static final String RETRY_AFTER_SECONDS = "30";

    private enum Mark {
        HALF(0.5),
        HIGH(0.8),
        REFUSING(1);

        private final double level;

        Mark(double level) {
            this.level = level;
        }
    }

    private record Raised(String gauge, Mark mark) {}

    private final PressureSettings settings;
    private final PressureStore store;
    private final PressureAlarm alarm;
    private final Set<Raised> raised = new HashSet<>();
    private volatile List<PressureGauge> gauges = List.of();
    private volatile Problem refusal;

    public Pressure(PressureSettings settings, Database database, PressureAlarm alarm) {
        this.settings = settings;
        this.store = new PressureStore(database);
        this.alarm = alarm;
    }

    /** @throws io.smartmails.problem.ProblemException {@code overloaded} with {@code Retry-After} when new work must wait outside */
    public void requireRoom() {
        Problem full = refusal;
        if (full != null) {
            throw full.asException();
        }
    }

    public boolean hasRoom() {
        return refusal == null;
    }

    /** As measured last; empty before the first time. */
    public List<PressureGauge> gauges() {
        return gauges;
    }

    /** The one that is nearest to its mark, or past it. */
    public Optional<PressureGauge> tightest() {
        return gauges.stream().max((one, other) -> Double.compare(one.level(), other.level()));
    }

    /** Measures, refuses or admits from now on, and raises what alarm is due. */
    synchronized void measure() {
        List<PressureGauge> measured = new ArrayList<>();
        long waiting = store.waitingRows();
        measured.add(new PressureGauge(
                "queue",
                (double) waiting / settings.maxWaitingRows(),
                waiting,
                settings.maxWaitingRows(),
                waiting + " of " + settings.maxWaitingRows()
                        + " rows wait (hub.pressure.max-waiting); they leave as fast as the budget allows"));
        measured.add(disk());
        if (settings.maxDataBytes() > 0) {
            long bytes = store.dataBytes();
            measured.add(new PressureGauge(
                    "data",
                    (double) bytes / settings.maxDataBytes(),
                    bytes,
                    settings.maxDataBytes(),
                    megabytes(bytes) + " of " + megabytes(settings.maxDataBytes())
                            + " are used (hub.pressure.max-data-size); shorten hub.retention.* or allow more"));
        }
        gauges = List.copyOf(measured);
        double least = refusal == null ? 1 : TAKEN_AGAIN;
        refusal = measured.stream()
                .filter(gauge -> gauge.level() >= least)
                .findFirst()
                .map(gauge -> Problem.of(
                                ProblemCode.OVERLOADED,
                                "New work is refused for the moment, nothing accepted is lost: " + gauge.detail()
                                        + ". Send it again later")
                        .with("tight", gauge.name())
                        .withHeader("Retry-After", RETRY_AFTER_SECONDS))
                .orElse(null);
        measured.forEach(this::alarm);
    }

    private PressureGauge disk() {
        try {
            FileStore disk = Files.getFileStore(settings.data());
            long free = disk.getUsableSpace();
            long least = settings.minFreeBytes() > 0
                    ? settings.minFreeBytes()
                    : Math.min(GIGABYTE, disk.getTotalSpace() / DISK_SHARE);
            return new PressureGauge(
                    "disk",
                    (double) least / Math.max(1, free),
                    free,
                    least,
                    megabytes(free) + " are free on the disk of data/, " + megabytes(least)
                            + " must be (hub.pressure.min-free-disk); make room on it");
        } catch (IOException e) {
            throw new UncheckedIOException("the disk of " + settings.data() + " cannot be measured", e);
        }
    }

    private void alarm(PressureGauge gauge) {
        for (Mark mark : Mark.values()) {
            var passed = new Raised(gauge.name(), mark);
            if (gauge.level() >= mark.level) {
                if (raised.add(passed)) {
                    alarm.raise("pressure." + mark.name().toLowerCase(Locale.ROOT), gauge.name(), gauge.detail());
                }
            } else if (gauge.level() < mark.level * CLEARLY_BELOW) {
                raised.remove(passed);
            }
        }
    }

    private static String megabytes(long bytes) {
        return (bytes >> 20) + " MB";
    }
}

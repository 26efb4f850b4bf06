// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * How often something happened per subject within a window that slides. Keeps {@value #SUBJECTS} subjects; when more appear
 * at once, the newcomers share a place, so a flood of subjects costs no memory. For one thread at a time.
 */
final class SlidingCount {
    private static final int SUBJECTS = 10_000;
    private static final String OTHERS = "others";

    private record Point(Instant at, long times) {}

    private static final class Counted {
        private final Deque<Point> points = new ArrayDeque<>();
        private long total;

        void add(long times, Instant now) {
            Point last = points.peekLast();
            if (last != null && last.at().equals(now)) {
                points.removeLast();
                points.addLast(new Point(now, last.times() + times));
            } else {
                points.addLast(new Point(now, times));
            }
            total += times;
        }

        void forget(Instant oldest) {
            while (!points.isEmpty() && !points.getFirst().at().isAfter(oldest)) {
                total -= points.removeFirst().times();
            }
        }
    }

    private final Map<String, Counted> subjects = new HashMap<>();
    private Instant tidiedAt = Instant.EPOCH;

    /** @return how often within the window that ends now, this time included */
    long add(String subject, long times, Instant now, Duration window) {
        Instant oldest = now.minus(window);
        if (subjects.size() >= SUBJECTS && !tidiedAt.equals(now)) {
            tidiedAt = now;
            subjects.values().removeIf(counted -> !counted.points.getLast().at().isAfter(oldest));
        }
        String place = subjects.containsKey(subject) || subjects.size() < SUBJECTS ? subject : OTHERS;
        Counted counted = subjects.computeIfAbsent(place, key -> new Counted());
        counted.add(times, now);
        counted.forget(oldest);
        return counted.total;
    }

    /** Starts counting anew. */
    void reset(String subject) {
        subjects.remove(subject);
    }
}

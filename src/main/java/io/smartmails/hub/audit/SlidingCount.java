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

    private final Map<String, Deque<Point>> points = new HashMap<>();

    /** @return how often within the window that ends now, this time included */
    synchronized long add(String subject, long times, Instant now, Duration window) {
        Instant oldest = now.minus(window);
        if (!points.containsKey(subject) && points.size() >= SUBJECTS) {
            forget(oldest);
        }
        String place = points.containsKey(subject) || points.size() < SUBJECTS ? subject : OTHERS;
        Deque<Point> ofSubject = points.computeIfAbsent(place, key -> new ArrayDeque<>());
        ofSubject.addLast(new Point(now, times));
        while (!ofSubject.getFirst().at().isAfter(oldest)) {
            ofSubject.removeFirst();
        }
        return ofSubject.stream().mapToLong(Point::times).sum();
    }

    /** Starts counting anew. */
    synchronized void reset(String subject) {
        points.remove(subject);
    }

    private void forget(Instant oldest) {
        points.values().removeIf(ofSubject -> !ofSubject.getLast().at().isAfter(oldest));
    }
}

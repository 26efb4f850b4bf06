// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.hub.audit.Noticeboard.Sighting;
import io.smartmails.hub.audit.Noticeboard.Tally;
import io.smartmails.hub.audit.SecurityEvent.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which security events are written to the audit when: the first of its like at once, repeats counted together once
 * a minute (throttling: ten minutes), and of each kind no more than {@value #LIKES} different ones in that time, the rest
 * together. So a flood costs a few hundred rows a minute, whatever its size.
 */
final class Repeats {
    private static final int LIKES = 100;
    private static final Duration USUAL = Duration.ofMinutes(1);
    private static final Duration THROTTLING = Duration.ofMinutes(10);

    private static final class Held {
        private Instant writtenAt;
        private Tally more;
    }

    private final Map<Kind, Map<Sighting, Held>> held = new EnumMap<>(Kind.class);

    Repeats() {
        for (Kind kind : Kind.values()) {
            held.put(kind, new LinkedHashMap<>());
        }
    }

    /** @return what is to be written now */
    List<Tally> decide(List<Tally> tallies, Instant now) {
        List<Tally> due = new ArrayList<>();
        for (Tally tally : tallies) {
            if (tally.sighting().kind() != Kind.KEY_USED) {
                see(tally, now, due);
            }
        }
        held.forEach((kind, likes) -> settle(kind, likes, now, due));
        return due;
    }

    private void see(Tally tally, Instant now, List<Tally> due) {
        Kind kind = tally.sighting().kind();
        Map<Sighting, Held> likes = held.get(kind);
        Tally told = likes.containsKey(tally.sighting()) || likes.size() < LIKES
                ? tally
                : new Tally(new Sighting(kind, null, null, "many others"), tally.times(), tally.requestId());
        Held before = likes.get(told.sighting());
        if (before == null) {
            before = new Held();
            before.writtenAt = now;
            likes.put(told.sighting(), before);
            due.add(told);
        } else {
            before.more = before.more == null ? told : before.more.and(told);
        }
    }

    private static void settle(Kind kind, Map<Sighting, Held> likes, Instant now, List<Tally> due) {
        Duration pause = kind == Kind.THROTTLED ? THROTTLING : USUAL;
        for (Iterator<Held> rest = likes.values().iterator(); rest.hasNext(); ) {
            Held one = rest.next();
            if (one.writtenAt.plus(pause).isAfter(now)) {
                continue;
            }
            if (one.more == null) {
                rest.remove();
            } else {
                due.add(one.more);
                one.more = null;
                one.writtenAt = now;
            }
        }
    }

    /** Everything that waits, at the end. */
    List<Tally> flush() {
        List<Tally> rest = new ArrayList<>();
        held.values().forEach(likes -> {
            likes.values().stream().filter(one -> one.more != null).forEach(one -> rest.add(one.more));
            likes.clear();
        });
        return rest;
    }
}

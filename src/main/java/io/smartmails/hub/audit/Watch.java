// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.hub.audit.Noticeboard.Sighting;
import io.smartmails.hub.audit.Noticeboard.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Decides which alerts what was noticed deserves. Knows the last minutes only, and nothing of clocks and databases. */
final class Watch {
    /** Days before the end of a key at which it gets more urgent, and the level each means. */
    private static final int SOON_DAYS = 3;

    private static final int TOMORROW_DAYS = 1;
    private static final int SUBJECTS = 10_000;

    private final SlidingCount failures = new SlidingCount();
    private final SlidingCount probes = new SlidingCount();
    private final SlidingCount blocks = new SlidingCount();
    /** Minutes since the epoch in which a key was throttled. */
    private final Map<String, Set<Long>> throttled = new HashMap<>();

    List<Cause> see(List<Tally> tallies, Map<AlertType, AlertRule> rules, Instant now) {
        List<Cause> causes = new ArrayList<>();
        for (Tally tally : tallies) {
            see(tally, rules, now, causes);
        }
        Map<Object, Cause> merged = new LinkedHashMap<>();
        causes.forEach(cause -> merged.merge(List.of(cause.type(), cause.subject()), cause, Cause::and));
        return List.copyOf(merged.values());
    }

    private void see(Tally tally, Map<AlertType, AlertRule> rules, Instant now, List<Cause> causes) {
        Sighting seen = tally.sighting();
        String group = AddressGroup.of(seen.address());
        switch (seen.kind()) {
            case KEY_REFUSED -> count(failures, AlertType.AUTH_FAILURES, group, tally, rules, now, causes);
            case DEAD_KEY_USED -> {
                count(failures, AlertType.AUTH_FAILURES, group, tally, rules, now, causes);
                if (wasRevoked(seen)) {
                    causes.add(leak(tally, "a key that no longer works was used"));
                }
            }
            case KEY_IN_URL -> causes.add(leak(tally, "a key stood in a URL"));
            case SCOPE_MISSING ->
                count(probes, AlertType.SCOPE_PROBE, String.valueOf(seen.keyId()), tally, rules, now, causes);
            case ADDRESS_REFUSED, ADDRESS_THROTTLED ->
                count(blocks, AlertType.IP_BLOCKED, group, tally, rules, now, causes);
            case THROTTLED -> saturation(tally, rules.get(AlertType.RATE_SATURATED), now, causes);
            case KEY_EXPIRING -> causes.add(expiry(tally));
            case KEY_USED -> {
                // Use of keys is followed by KeyUse, which remembers for longer than minutes.
            }
        }
    }

    /** An expired or disabled key is an omission of its owner; a revoked one should be nobody's any more. */
    private static boolean wasRevoked(Sighting seen) {
        return seen.detail() == null || seen.detail().contains("revoked");
    }

    private static void count(
            SlidingCount counts,
            AlertType type,
            String subject,
            Tally tally,
            Map<AlertType, AlertRule> rules,
            Instant now,
            List<Cause> causes) {
        AlertRule rule = rules.get(type);
        Duration window = rule.window() == null ? Duration.ofMinutes(1) : rule.window();
        long times = counts.add(subject, tally.times(), now, window);
        if (times >= rule.threshold()) {
            counts.reset(subject);
            causes.add(new Cause(type, subject, 1, times, detail(tally, window, times)));
        }
    }

    private static Map<String, Object> detail(Tally tally, Duration window, long times) {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("count", times);
        detail.put("window", window.toString());
        put(detail, "key", tally.sighting().keyId());
        put(detail, "address", tally.sighting().address());
        put(detail, "last", tally.sighting().detail());
        put(detail, "request_id", tally.requestId());
        return detail;
    }

    private static void put(Map<String, Object> detail, String name, Object value) {
        if (value != null) {
            detail.put(name, value);
        }
    }

    private static Cause leak(Tally tally, String what) {
        Sighting seen = tally.sighting();
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("what", what);
        put(detail, "address", seen.address());
        put(detail, "request_id", tally.requestId());
        String subject = seen.keyId() == null ? AddressGroup.of(seen.address()) : seen.keyId();
        return new Cause(AlertType.KEY_LEAKED, subject, 1, tally.times(), detail);
    }

    private static Cause expiry(Tally tally) {
        int days = Integer.parseInt(tally.sighting().detail());
        int level = days <= TOMORROW_DAYS ? 3 : days <= SOON_DAYS ? 2 : 1;
        return new Cause(
                AlertType.KEY_EXPIRING, tally.sighting().keyId(), level, tally.times(), Map.of("days_left", days));
    }

    /** Approximates "above 90 % of its limit" by the minutes in which it met the limit. */
    private void saturation(Tally tally, AlertRule rule, Instant now, List<Cause> causes) {
        String key = String.valueOf(tally.sighting().keyId());
        long minute = now.getEpochSecond() / 60;
        long span = Math.max(1, rule.window().toMinutes());
        if (!throttled.containsKey(key) && throttled.size() >= SUBJECTS) {
            throttled.values().removeIf(minutes -> minutes.stream().allMatch(old -> old <= minute - span));
            if (throttled.size() >= SUBJECTS) {
                return;
            }
        }
        Set<Long> minutes = throttled.computeIfAbsent(key, k -> new HashSet<>());
        minutes.add(minute);
        minutes.removeIf(old -> old <= minute - span);
        if (minutes.size() * 100.0 / span >= rule.threshold()) {
            causes.add(new Cause(
                    AlertType.RATE_SATURATED,
                    key,
                    1,
                    1,
                    Map.of(
                            "minutes_at_the_limit",
                            minutes.size(),
                            "window",
                            rule.window().toString())));
            throttled.remove(key);
        }
    }
}

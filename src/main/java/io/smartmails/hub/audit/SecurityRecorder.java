// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Database;
import io.smartmails.hub.audit.Noticeboard.Sighting;
import io.smartmails.hub.audit.Noticeboard.Tally;
import io.smartmails.hub.audit.SecurityEvent.Kind;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.queue.Worker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Once a second takes what the front door noticed: writes it to the audit, follows the use of keys and raises the alerts it
 * deserves, all in one commit. What cannot be written is tried again the next second.
 */
final class SecurityRecorder extends Worker {
    static final String ACTION = "security.";

    private static final Duration PERIOD = Duration.ofSeconds(1);
    /** How far back the windows are filled again after a restart. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private static final int REMEMBERED_EVENTS = 1_000;
    private static final int PENDING = 10_000;

    private final Noticeboard board;
    private final Database database;
    private final AuditChain chain;
    private final Alerts alerts;
    private final InstantSource clock;
    private final Repeats repeats = new Repeats();
    private final Watch watch = new Watch();
    private final KeyUse use = new KeyUse();
    private final List<AuditEntry> entries = new ArrayList<>();
    private final List<Cause> causes = new ArrayList<>();

    SecurityRecorder(Noticeboard board, Database database, AuditChain chain, Alerts alerts, InstantSource clock) {
        super("security-recorder", new Wakeup(), PERIOD);
        this.board = board;
        this.database = database;
        this.chain = chain;
        this.alerts = alerts;
        this.clock = clock;
    }

    @Override
    public synchronized void start() {
        remember();
        super.start();
    }

    /** Fills the windows with what happened before a restart, without raising anything anew. */
    void remember() {
        Map<AlertType, AlertRule> rules = alerts.rulesByType();
        Instant now = clock.instant();
        List<AuditEvent> events = new ArrayList<>(chain.find(new AuditView.Query(
                        null, ACTION + "*", null, now.minus(REMEMBERED), null, REMEMBERED_EVENTS, null))
                .events());
        Collections.reverse(events);
        for (AuditEvent event : events) {
            watch.see(List.of(tally(event)), rules, event.at());
        }
    }

    private static Tally tally(AuditEvent event) {
        Map<String, Object> after = Json.map(event.after());
        Kind kind = Kind.valueOf(event.action().substring(ACTION.length()).toUpperCase(Locale.ROOT));
        return new Tally(
                new Sighting(kind, event.target(), event.address(), (String) after.get("detail")),
                ((Number) after.get("count")).longValue(),
                event.requestId());
    }

    @Override
    protected boolean step() {
        record(false);
        return false;
    }

    @Override
    public synchronized void stop() {
        super.stop();
        record(true);
    }

    private void record(boolean last) {
        Instant now = clock.instant();
        List<Tally> tallies = board.fetch();
        use.see(
                tallies.stream()
                        .filter(tally -> tally.sighting().kind() == Kind.KEY_USED)
                        .toList(),
                now);
        keep(
                entries,
                repeats.decide(tallies, now).stream()
                        .map(SecurityRecorder::entry)
                        .toList());
        if (last) {
            keep(entries, repeats.flush().stream().map(SecurityRecorder::entry).toList());
        }
        boolean uses = last || use.hasToSave(now);
        if (tallies.isEmpty() && entries.isEmpty() && causes.isEmpty() && !uses) {
            return;
        }
        Map<AlertType, AlertRule> rules = alerts.rulesByType();
        keep(causes, watch.see(tallies, rules, now));
        if (entries.isEmpty() && causes.isEmpty() && !uses) {
            return;
        }
        database.write(tx -> {
            entries.forEach(entry -> chain.append(tx, entry));
            causes.forEach(cause -> alerts.raise(tx, cause));
            if (uses) {
                use.save(tx, rules, alerts, now);
            }
            return null;
        });
        entries.clear();
        causes.clear();
        if (uses) {
            use.saved(now);
        }
    }

    /** While the database cannot be written, the latest wait; there is no room for all of a flood. */
    private static <T> void keep(List<T> pending, List<T> more) {
        pending.addAll(more);
        if (pending.size() > PENDING) {
            pending.subList(0, pending.size() - PENDING).clear();
        }
    }

    private static AuditEntry entry(Tally tally) {
        Sighting seen = tally.sighting();
        String actor = seen.kind() == Kind.KEY_EXPIRING ? "hub" : seen.keyId() == null ? "anonymous" : seen.keyId();
        Map<String, Object> after = new LinkedHashMap<>();
        after.put("count", tally.times());
        if (seen.detail() != null) {
            after.put("detail", seen.detail());
        }
        return new AuditEntry(
                actor,
                seen.address(),
                ACTION + seen.kind().name().toLowerCase(Locale.ROOT),
                seen.keyId(),
                Map.of(),
                after,
                tally.requestId());
    }
}

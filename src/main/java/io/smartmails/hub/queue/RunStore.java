// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.event.Event;
import io.smartmails.id.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.jdbc.core.RowMapper;

/** Events and their runs, one per listening rule. */
public final class RunStore {
    /** With its event; {@code run} is the table's name in the statement. */
    private static final String COLUMNS = "id, envelope_id, event_id, rule, attempts, again,"
            + " COALESCE(replayed_at, created_at) AS created_at,"
            + " (SELECT json FROM event WHERE event.id = run.event_id) AS json,"
            + " (SELECT received_at FROM envelope WHERE envelope.id = run.envelope_id) AS received_at";

    private static final RowMapper<Run> ROW = (rs, n) -> new Run(
            rs.getString("id"),
            rs.getString("envelope_id"),
            rs.getString("event_id"),
            rs.getString("rule"),
            Json.read(rs.getString("json"), Event.class),
            Instant.ofEpochMilli(rs.getLong("received_at")),
            rs.getInt("attempts"),
            Instant.ofEpochMilli(rs.getLong("created_at")),
            rs.getString("again"));

    private final Database database;
    private final InstantSource clock;
    private final Ids ids;

    public RunStore(Database database, InstantSource clock, Ids ids) {
        this.database = database;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Stores an event and a waiting run per rule. Runs of an envelope whose replay was forced are marked as it is.
     *
     * @param rules route ids that listen to it; none = the event is kept and shown as "no rule"
     * @return the event's id
     */
    public String publish(Tx tx, String envelopeId, Event event, Collection<String> rules) {
        String again = rules.isEmpty()
                ? null
                : tx.jdbc()
                        .sql("SELECT again FROM envelope WHERE id = :id AND again IS NOT NULL")
                        .param("id", envelopeId)
                        .query(String.class)
                        .optional()
                        .orElse(null);
        return publish(tx, envelopeId, event, rules, again);
    }

    /** @param again mark of the run that made the event; null when it has none */
    public String publish(Tx tx, String envelopeId, Event event, Collection<String> rules, String again) {
        String eventId = ids.next("evt");
        long now = clock.millis();
        tx.jdbc()
                .sql("INSERT INTO event (id, account, envelope_id, type, subject, created_at, rules, json)"
                        + " VALUES (:id, :account, :envelope, :type, :subject, :now, :rules, :json)")
                .param("id", eventId)
                .param("account", Account.MAIN)
                .param("envelope", envelopeId)
                .param("type", event.type())
                .param("subject", event.subject())
                .param("now", now)
                .param("rules", rules.size())
                .param("json", Json.write(event))
                .update();
        for (String rule : rules) {
            tx.jdbc()
                    .sql(
                            "INSERT INTO run (id, account, envelope_id, event_id, rule, state, due_at, attempts, created_at, again)"
                                    + " VALUES (:id, :account, :envelope, :event, :rule, 'waiting', :now, 0, :now, :again)")
                    .param("id", ids.next("run"))
                    .param("account", Account.MAIN)
                    .param("envelope", envelopeId)
                    .param("event", eventId)
                    .param("rule", rule)
                    .param("now", now)
                    .param("again", again)
                    .update();
        }
        return eventId;
    }

    /** Takes up to {@code limit} due runs of one rule for the lease. Runs of a rule that is gone stay waiting. */
    public List<Run> claim(String rule, int limit, Duration lease) {
        return database.write(tx -> RowStore.claim(
                        tx,
                        database,
                        "run",
                        "state = 'waiting' AND rule = :rule",
                        COLUMNS,
                        clock.instant(),
                        lease,
                        limit)
                .param("rule", rule)
                .query(ROW)
                .list());
    }

    public Optional<Run> find(String id) {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM run WHERE id = :id")
                .param("id", id)
                .query(ROW)
                .optional();
    }

    /** Whether a rule has a run that is due. Cheap: one probe of the index. */
    public boolean hasDue(String rule) {
        return database.read()
                .sql("SELECT id FROM run WHERE state = 'waiting' AND rule = :rule AND due_at <= :now LIMIT 1")
                .param("rule", rule)
                .param("now", clock.millis())
                .query(String.class)
                .optional()
                .isPresent();
    }

    /** Waiting runs by rule, also of rules that are gone. */
    public Map<String, Long> waitingByRule() {
        Map<String, Long> waiting = new TreeMap<>();
        database.read()
                .sql("SELECT rule, COUNT(*) AS n FROM run WHERE state = 'waiting' GROUP BY rule")
                .query(rs -> {
                    waiting.put(rs.getString("rule"), rs.getLong("n"));
                });
        return waiting;
    }

    /**
     * Ends a run.
     *
     * @param result what came of it, in a few words: {@code 1 send}, {@code contact unchanged}, {@code already mailed}
     * @return false when it was settled before, by another holder of the lease: then its commands are stored already
     */
    public boolean settle(Tx tx, String id, String result) {
        if (!RowStore.settleWaiting(tx, "run", id, "done", clock.instant())) {
            return false;
        }
        tx.jdbc()
                .sql("UPDATE run SET result = :result WHERE id = :id")
                .param("result", result)
                .param("id", id)
                .update();
        return true;
    }

    public void fail(Tx tx, String id, RetryPolicy.Verdict verdict) {
        RowStore.fail(tx, "run", id, verdict, clock.instant());
    }
}

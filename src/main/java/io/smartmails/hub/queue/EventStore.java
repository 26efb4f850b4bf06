// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.event.Event;
import io.smartmails.id.Ids;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Events that were made, to run them through the rules again. */
public final class EventStore {
    /** Retention leaves this of an event. */
    static final String STRIPPED = "{}";

    /** @param event null when retention took it */
    public record Stored(String id, String receipt, Instant receivedAt, Event event) {}

    private final Database database;
    private final InstantSource clock;
    private final Ids ids;

    public EventStore(Database database, InstantSource clock, Ids ids) {
        this.database = database;
        this.clock = clock;
        this.ids = ids;
    }

    public Optional<Stored> find(String id) {
        return page(new EventFilter(id, null, null, null, null), null, 1).stream()
                .findFirst();
    }

    public List<Stored> ofEnvelope(String receipt, int limit) {
        return page(new EventFilter(receipt, null, null, null, null), null, limit);
    }

    /** In the order they were made; those after {@code last}, null = from the first. */
    List<Stored> page(EventFilter filter, String last, int limit) {
        Map<String, Object> parameters = new HashMap<>();
        String where = where(filter, parameters);
        if (last != null) {
            where += " AND e.id > :last";
            parameters.put("last", last);
        }
        return database.read()
                .sql("SELECT e.id, e.envelope_id, v.received_at, e.json FROM event e"
                        + " JOIN envelope v ON v.id = e.envelope_id" + where + " ORDER BY e.id LIMIT " + limit)
                .params(parameters)
                .query((rs, n) -> new Stored(
                        rs.getString("id"),
                        rs.getString("envelope_id"),
                        Instant.ofEpochMilli(rs.getLong("received_at")),
                        rs.getString("json").equals(STRIPPED) ? null : Json.read(rs.getString("json"), Event.class)))
                .list();
    }

    long count(EventFilter filter) {
        Map<String, Object> parameters = new HashMap<>();
        String where = where(filter, parameters);
        return database.read()
                .sql("SELECT COUNT(*) FROM event e JOIN envelope v ON v.id = e.envelope_id" + where)
                .params(parameters)
                .query(Long.class)
                .single();
    }

    /**
     * Makes every rule run for it again; a run that waits is left alone.
     *
     * @param again mark of a forced replay; null = what was mailed is not mailed again
     */
    void runAgain(Tx tx, Stored event, Collection<String> rules, String again) {
        for (String rule : rules) {
            tx.jdbc()
                    .sql(
                            "INSERT INTO run (id, account, envelope_id, event_id, rule, state, due_at, attempts, created_at, again)"
                                    + " VALUES (:id, :account, :envelope, :event, :rule, 'waiting', :now, 0, :now, :again)"
                                    + " ON CONFLICT (event_id, rule) DO UPDATE SET " + RowStore.FRESH
                                    + ", result = NULL, again = excluded.again WHERE run.state <> 'waiting'")
                    .param("id", ids.next("run"))
                    .param("account", Account.MAIN)
                    .param("envelope", event.receipt())
                    .param("event", event.id())
                    .param("rule", rule)
                    .param("now", clock.millis())
                    .param("again", again)
                    .update();
        }
    }

    private static String where(EventFilter filter, Map<String, Object> parameters) {
        List<String> conditions = new ArrayList<>(List.of("1 = 1"));
        if (filter.id() != null) {
            conditions.add(filter.id().startsWith("evt_") ? "e.id = :id" : "e.envelope_id = :id");
            parameters.put("id", filter.id());
        }
        if (filter.connection() != null) {
            conditions.add("v.connection = :connection");
            parameters.put("connection", filter.connection());
        }
        if (filter.type() != null) {
            conditions.add("e.type = :type");
            parameters.put("type", filter.type());
        }
        if (filter.since() != null) {
            conditions.add("e.id >= :first AND e.created_at >= :since");
            parameters.put("first", Ids.lowest("evt", filter.since()));
            parameters.put("since", filter.since().toEpochMilli());
        }
        if (filter.until() != null) {
            conditions.add("e.created_at < :until");
            parameters.put("until", filter.until().toEpochMilli());
        }
        return " WHERE " + String.join(" AND ", conditions);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.jdbc.core.RowMapper;

/** The dead rows of all three queue tables as one list. */
public final class DeadLetterStore {
    private static final String NOBODY = "CAST(NULL AS VARCHAR(200))";
    private static final Map<DeadLetter.Kind, String> SELECT = Map.of(
            DeadLetter.Kind.ENVELOPE,
            "SELECT d.id, 'ENVELOPE' AS kind, d.id AS receipt, d.connection, d.topic, " + NOBODY + " AS route,"
                    + " d.connection || ' ' || d.topic AS about, d.code, d.attempts, d.settled_at, d.cause"
                    + " FROM envelope d",
            DeadLetter.Kind.RUN,
            "SELECT d.id, 'RUN' AS kind, d.envelope_id AS receipt, e.connection, e.topic, d.rule AS route,"
                    + " d.rule AS about, d.code, d.attempts, d.settled_at, d.cause"
                    + " FROM run d JOIN envelope e ON e.id = d.envelope_id",
            DeadLetter.Kind.ITEM,
            "SELECT d.id, 'ITEM' AS kind, d.envelope_id AS receipt, e.connection, e.topic,"
                    + " (SELECT rule FROM run WHERE run.id = d.run_id) AS route,"
                    + " d.kind AS about, d.code, d.attempts, d.settled_at, d.cause"
                    + " FROM item d JOIN envelope e ON e.id = d.envelope_id");

    private static final RowMapper<DeadLetter> ROW = (rs, n) -> new DeadLetter(
            rs.getString("id"),
            DeadLetter.Kind.valueOf(rs.getString("kind")),
            rs.getString("receipt"),
            rs.getString("connection"),
            rs.getString("topic"),
            rs.getString("route"),
            rs.getString("about"),
            Optional.ofNullable(rs.getString("code")).orElse("unknown"),
            rs.getInt("attempts"),
            Instant.ofEpochMilli(rs.getLong("settled_at")),
            rs.getString("cause"));

    /** Put back by a replay. */
    public record Replayed(String id, String receipt) {}

    /** @param sends not past their best-before; @param late past it; @param contacts the others */
    public record DeadItems(long sends, long late, long contacts) {}

    private final Database database;
    private final InstantSource clock;

    public DeadLetterStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Newest first. */
    public List<DeadLetter> list(int limit) {
        return list(DeadLetterFilter.ALL, null, limit);
    }

    /** Newest first, those after {@code last} in that order; null = from the newest. */
    public List<DeadLetter> list(DeadLetterFilter filter, DeadLetterPlace last, int limit) {
        return kinds(filter)
                .flatMap(kind -> page(kind, filter, last, limit).stream())
                .sorted(Comparator.comparing(DeadLetter::diedAt)
                        .thenComparing(DeadLetter::id)
                        .reversed())
                .limit(limit)
                .toList();
    }

    private List<DeadLetter> page(DeadLetter.Kind kind, DeadLetterFilter filter, DeadLetterPlace last, int limit) {
        Map<String, Object> parameters = new HashMap<>();
        String after = "";
        if (last != null) {
            after = " AND (d.settled_at, d.id) < (:lastAt, :lastId)";
            parameters.put("lastAt", last.diedAt().toEpochMilli());
            parameters.put("lastId", last.id());
        }
        return database.read()
                .sql(SELECT.get(kind) + where(kind, filter, parameters) + after
                        + " ORDER BY d.settled_at DESC, d.id DESC LIMIT " + limit)
                .params(parameters)
                .query(ROW)
                .list();
    }

    /** How many there are by code. */
    public Map<String, Long> countByCode(DeadLetterFilter filter) {
        Map<String, Long> counts = new TreeMap<>();
        kinds(filter).forEach(kind -> {
            Map<String, Object> parameters = new HashMap<>();
            database.read()
                    .sql("SELECT COALESCE(d.code, 'unknown') AS code, COUNT(*) AS n FROM " + kind.word() + " d"
                            + where(kind, filter, parameters) + " GROUP BY 1")
                    .params(parameters)
                    .query(rs -> {
                        counts.merge(rs.getString("code"), rs.getLong("n"), Long::sum);
                    });
        });
        return counts;
    }

    /** How many there are by kind. */
    public Map<DeadLetter.Kind, Long> countByKind(DeadLetterFilter filter) {
        Map<DeadLetter.Kind, Long> counts = new TreeMap<>();
        for (DeadLetter.Kind kind : DeadLetter.Kind.values()) {
            Map<String, Object> parameters = new HashMap<>();
            counts.put(
                    kind,
                    filter.kind() != null && filter.kind() != kind
                            ? 0
                            : database.read()
                                    .sql("SELECT COUNT(*) FROM " + kind.word() + " d" + where(kind, filter, parameters))
                                    .params(parameters)
                                    .query(Long.class)
                                    .single());
        }
        return counts;
    }

    /** What the dead items of a filter would become when replayed. */
    DeadItems items(DeadLetterFilter filter) {
        Map<String, Object> parameters = new HashMap<>();
        String where = where(DeadLetter.Kind.ITEM, filter, parameters);
        parameters.put("now", clock.millis());
        return database.read()
                .sql("SELECT COALESCE(SUM(CASE WHEN d.kind <> 'send' THEN 1 ELSE 0 END), 0) AS contacts,"
                        + " COALESCE(SUM(CASE WHEN d.kind = 'send' AND d.expires_at < :now THEN 1 ELSE 0 END), 0) AS late,"
                        + " COUNT(*) AS n FROM item d" + where)
                .params(parameters)
                .query((rs, n) -> new DeadItems(
                        rs.getLong("n") - rs.getLong("contacts") - rs.getLong("late"),
                        rs.getLong("late"),
                        rs.getLong("contacts")))
                .single();
    }

    public Optional<DeadLetter> find(String id) {
        return database.read()
                .sql(SELECT.get(DeadLetter.Kind.ofId(id)) + " WHERE d.state = 'dead' AND d.id = :id")
                .param("id", id)
                .query(ROW)
                .optional();
    }

    /** State of any row of the queue; empty when there is no such row. Tells "replayed already" from "never was". */
    public Optional<String> stateOf(String id) {
        return database.read()
                .sql("SELECT state FROM " + tableOf(id) + " WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .optional();
    }

    /**
     * Puts it back unchanged; it is tried at once and has a whole retry horizon before it. What was mailed already keeps its
     * identity and is not mailed again.
     *
     * @return false when there is no such dead letter (any more)
     */
    public boolean replay(Tx tx, String id) {
        return replay(tx, id, null);
    }

    /**
     * Puts it back.
     *
     * @param again mark that makes its sends mails of their own, whatever was mailed; null = what was mailed is not mailed again
     * @return false when there is no such dead letter (any more)
     */
    public boolean replay(Tx tx, String id, String again) {
        boolean replayed = RowStore.replay(tx, tableOf(id), id, clock.instant());
        if (replayed) {
            mark(tx, DeadLetter.Kind.ofId(id), List.of(id), again);
        }
        return replayed;
    }

    /** Puts up to {@code limit} of one kind back that died until the cutoff. */
    List<Replayed> replay(
            Tx tx, DeadLetter.Kind kind, DeadLetterFilter filter, Instant cutoff, int limit, String again) {
        Map<String, Object> parameters = new HashMap<>();
        String chosen = "SELECT d.id FROM " + kind.word() + " d" + where(kind, filter.until(cutoff), parameters)
                + " ORDER BY d.settled_at, d.id LIMIT " + limit;
        parameters.put("now", clock.millis());
        List<Replayed> replayed = tx.jdbc()
                .sql("UPDATE " + kind.word() + " SET " + RowStore.FRESH + " WHERE state = 'dead' AND id IN (" + chosen
                        + ") RETURNING id, " + (kind == DeadLetter.Kind.ENVELOPE ? "id" : "envelope_id")
                        + " AS receipt")
                .params(parameters)
                .query((rs, n) -> new Replayed(rs.getString("id"), rs.getString("receipt")))
                .list();
        if (!replayed.isEmpty()) {
            mark(tx, kind, replayed.stream().map(Replayed::id).toList(), again);
        }
        return replayed;
    }

    /** An item is one send, known upstream by its dedupe id; of what is not made yet, the mark becomes part of the identity. */
    private static void mark(Tx tx, DeadLetter.Kind kind, List<String> ids, String again) {
        if (kind == DeadLetter.Kind.ITEM) {
            if (again != null) {
                ids.forEach(id -> giveNewDedupeId(tx, id, again));
            }
            return;
        }
        tx.jdbc()
                .sql("UPDATE " + kind.word() + " SET again = :again WHERE id IN (:ids)")
                .param("again", again)
                .param("ids", ids)
                .update();
    }

    private static void giveNewDedupeId(Tx tx, String id, String again) {
        String payload = tx.jdbc()
                .sql("SELECT payload FROM item WHERE id = :id AND kind = 'send'")
                .param("id", id)
                .query(String.class)
                .optional()
                .orElse(null);
        if (payload != null) {
            tx.jdbc()
                    .sql("UPDATE item SET payload = :payload WHERE id = :id")
                    .param("payload", Json.with(payload, "dedupe_id", id + "/" + again))
                    .param("id", id)
                    .update();
        }
    }

    private static Stream<DeadLetter.Kind> kinds(DeadLetterFilter filter) {
        return filter.kind() == null ? Stream.of(DeadLetter.Kind.values()) : Stream.of(filter.kind());
    }

    /** Conditions on alias {@code d} alone, so that they serve every statement. */
    private static String where(DeadLetter.Kind kind, DeadLetterFilter filter, Map<String, Object> parameters) {
        List<String> conditions = new ArrayList<>(List.of("d.state = 'dead'"));
        boolean envelope = kind == DeadLetter.Kind.ENVELOPE;
        if (filter.connection() != null) {
            conditions.add(
                    envelope
                            ? "d.connection = :connection"
                            : "(SELECT connection FROM envelope x WHERE x.id = d.envelope_id) = :connection");
            parameters.put("connection", filter.connection());
        }
        if (filter.route() != null) {
            conditions.add(
                    switch (kind) {
                        case ENVELOPE -> "1 = 0";
                        case RUN -> "d.rule = :route";
                        case ITEM -> "(SELECT rule FROM run x WHERE x.id = d.run_id) = :route";
                    });
            parameters.put("route", filter.route());
        }
        if (filter.code() != null) {
            conditions.add("COALESCE(d.code, 'unknown') = :code");
            parameters.put("code", filter.code());
        }
        if (filter.after() != null) {
            conditions.add("d.settled_at >= :after");
            parameters.put("after", filter.after().toEpochMilli());
        }
        if (filter.before() != null) {
            conditions.add("d.settled_at < :before");
            parameters.put("before", filter.before().toEpochMilli());
        }
        if (filter.q() != null) {
            conditions.add(envelope ? "d.id LIKE :q" : "(d.id LIKE :q OR d.envelope_id LIKE :q)");
            parameters.put("q", filter.q() + "%");
        }
        return " WHERE " + String.join(" AND ", conditions);
    }

    private static String tableOf(String id) {
        return DeadLetter.Kind.ofId(id).word();
    }
}

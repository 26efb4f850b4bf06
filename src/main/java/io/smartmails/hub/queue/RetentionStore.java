// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.id.Ids;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes away what has been settled for long, a chunk a commit. Rows that go are added to counters in the same commit, so that
 * the counts since the first start stay true.
 */
final class RetentionStore {
    private static final int CHUNK = 500;
    private static final byte[] NOTHING = {};
    private static final String SETTLED = " AND state IN ('translated', 'no-event')"
            + " AND NOT EXISTS (SELECT 1 FROM run r WHERE r.envelope_id = envelope.id AND r.state <> 'done')"
            + " AND NOT EXISTS (SELECT 1 FROM item i WHERE i.envelope_id = envelope.id AND i.state IN ('waiting', 'dead'))";

    /** Where a pass over the receipts is; they come in the order of their time. */
    record Place(long receivedAt, String id) {
        static final Place START = new Place(0, "");
    }

    /** Given up by retention. */
    record Discarded(String id, String receipt) {}

    private final Database database;

    RetentionStore(Database database) {
        this.database = database;
    }

    /** Receipts older than the cutoff, a chunk of them, empty at the end. */
    List<Place> receipts(Place after, Instant cutoff, boolean unstrippedOnly) {
        return database.read()
                .sql(
                        "SELECT received_at, id FROM envelope WHERE (received_at, id) > (:at, :id) AND received_at < :cutoff"
                                + (unstrippedOnly ? " AND stripped_at IS NULL" : "")
                                + " ORDER BY received_at, id LIMIT " + CHUNK)
                .param("at", after.receivedAt())
                .param("id", after.id())
                .param("cutoff", cutoff.toEpochMilli())
                .query((rs, n) -> new Place(rs.getLong("received_at"), rs.getString("id")))
                .list();
    }

    /** Empties those that are settled: bytes, headers, events, messages, edits. */
    void strip(Tx tx, List<String> receipts, Instant now) {
        List<String> stripped = tx.jdbc()
                .sql("UPDATE envelope SET body = :nothing, headers = '{}', stripped_at = :now"
                        + " WHERE id IN (:ids) AND stripped_at IS NULL" + SETTLED + " RETURNING id")
                .param("nothing", NOTHING)
                .param("now", now.toEpochMilli())
                .param("ids", receipts)
                .query(String.class)
                .list();
        if (stripped.isEmpty()) {
            return;
        }
        forAll(tx, "DELETE FROM edit WHERE row_id IN (SELECT id FROM item WHERE envelope_id IN (:ids))", stripped);
        forAll(tx, "DELETE FROM edit WHERE row_id IN (:ids)", stripped);
        forAll(tx, "UPDATE event SET json = '" + EventStore.STRIPPED + "' WHERE envelope_id IN (:ids)", stripped);
        forAll(tx, "UPDATE item SET payload = '{}' WHERE envelope_id IN (:ids)", stripped);
    }

    /** Takes those that are settled away, with events, runs and stories; their items stay as the send ledger. */
    void remove(Tx tx, List<String> receipts) {
        Map<String, Long> counts = new HashMap<>();
        List<String> removed = tx.jdbc()
                .sql("DELETE FROM envelope WHERE id IN (:ids)" + SETTLED + " RETURNING id, state")
                .param("ids", receipts)
                .query((rs, n) -> {
                    counts.merge("removed.envelope." + rs.getString("state"), 1L, Long::sum);
                    return rs.getString("id");
                })
                .list();
        if (removed.isEmpty()) {
            return;
        }
        int runs = forAll(tx, "DELETE FROM run WHERE envelope_id IN (:ids)", removed);
        counts.merge("removed.run.done", (long) runs, Long::sum);
        forAll(tx, "DELETE FROM event WHERE envelope_id IN (:ids)", removed);
        forAll(tx, "DELETE FROM timeline WHERE envelope_id IN (:ids)", removed);
        long withItems = tx.jdbc()
                .sql("SELECT COUNT(DISTINCT envelope_id) FROM item WHERE envelope_id IN (:ids)")
                .param("ids", removed)
                .query(Long.class)
                .single();
        counts.merge("removed.fate.dropped", removed.size() - withItems, Long::sum);
        add(tx, counts);
    }

    /** Items older than the cutoff whose receipt is gone: the last item of a chunk, and the receipts. Empty at the end. */
    List<Discarded> items(String after, Instant cutoff) {
        return database.read()
                .sql("SELECT id, envelope_id FROM item WHERE id > :after AND id < :bound ORDER BY id LIMIT " + CHUNK)
                .param("after", after)
                .param("bound", Ids.lowest("itm", cutoff))
                .query((rs, n) -> new Discarded(rs.getString("id"), rs.getString("envelope_id")))
                .list();
    }

    /** Takes all items of those receipts away, if all are settled and older than the cutoff and the receipt is gone. */
    void removeItems(Tx tx, Set<String> receipts, Instant cutoff) {
        Map<String, Long> counts = new HashMap<>();
        Set<String> delivered = new HashSet<>();
        Set<String> all = new HashSet<>();
        tx.jdbc()
                .sql("DELETE FROM item WHERE envelope_id IN (:ids)"
                        + " AND NOT EXISTS (SELECT 1 FROM envelope e WHERE e.id = item.envelope_id)"
                        + " AND NOT EXISTS (SELECT 1 FROM item o WHERE o.envelope_id = item.envelope_id"
                        + " AND (o.state IN ('waiting', 'dead') OR o.id >= :bound)) RETURNING envelope_id, kind, state")
                .param("ids", receipts)
                .param("bound", Ids.lowest("itm", cutoff))
                .query((rs, n) -> {
                    counts.merge("removed." + rs.getString("kind") + "." + rs.getString("state"), 1L, Long::sum);
                    all.add(rs.getString("envelope_id"));
                    if (rs.getString("state").equals("delivered")) {
                        delivered.add(rs.getString("envelope_id"));
                    }
                    return 1;
                })
                .list();
        counts.merge("removed.fate.delivered", (long) delivered.size(), Long::sum);
        counts.merge("removed.fate.dropped", (long) all.size() - delivered.size(), Long::sum);
        add(tx, counts);
    }

    /** Gives a chunk of dead letters up that died before the cutoff: they are settled from now on, and say why. */
    List<Discarded> discard(Tx tx, DeadLetter.Kind kind, Instant cutoff, Instant now, String cause) {
        String settled = switch (kind) {
            case ENVELOPE -> "state = 'no-event', cause = :cause";
            case RUN -> "state = 'done', cause = NULL, result = :cause";
            case ITEM -> "state = 'dropped', cause = :cause";
        };
        return tx.jdbc()
                .sql("UPDATE " + kind.word() + " SET " + settled + ", settled_at = :now WHERE id IN (SELECT d.id FROM "
                        + kind.word()
                        + " d WHERE d.state = 'dead' AND d.settled_at < :cutoff ORDER BY d.settled_at LIMIT "
                        + CHUNK + ") RETURNING id, "
                        + (kind == DeadLetter.Kind.ENVELOPE ? "id" : "envelope_id") + " AS receipt")
                .param("cause", cause)
                .param("now", now.toEpochMilli())
                .param("cutoff", cutoff.toEpochMilli())
                .query((rs, n) -> new Discarded(rs.getString("id"), rs.getString("receipt")))
                .list();
    }

    private static int forAll(Tx tx, String sql, List<String> ids) {
        return tx.jdbc().sql(sql).param("ids", ids).update();
    }

    private static void add(Tx tx, Map<String, Long> counts) {
        counts.forEach((name, n) -> {
            if (n > 0) {
                CounterStore.add(tx, name, n);
            }
        });
    }
}

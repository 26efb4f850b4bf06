// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.RowMapper;

/** What waits to leave for SmartMails, and, by the unique identity of sends, what was ever meant to be sent. */
public final class ItemStore {
    private static final String COLUMNS =
            "id, kind, envelope_id, run_id, identity, contact_id, lane, batch_key, expires_at, attempts,"
                    + " COALESCE(replayed_at, horizon_from, created_at) AS created_at, payload, tried_at, unsettled";
    private static final String INSERT =
            "INSERT INTO item (id, account, kind, envelope_id, run_id, identity, contact_id, lane, batch_key, state,"
                    + " due_at, expires_at, attempts, created_at, horizon_from, bytes, payload)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?, 0, ?, ?, ?, ?)"
                    + " ON CONFLICT (account, identity) DO NOTHING";
    private static final String DELIVER = "UPDATE item SET state = 'delivered', settled_at = ?, upstream_id = ?,"
            + " cause = NULL, unsettled = 0 WHERE id = ?";
    /** The intent of the send ledger: from now on, and until somebody tells the outcome, SmartMails may know the item. */
    private static final String CLAIM = "UPDATE item SET due_at = :until, attempts = attempts + 1, cause = NULL,"
            + " tried_at = COALESCE(tried_at, :now), unsettled = unsettled + 1";
    /** The outcome is known: SmartMails did not take it. */
    private static final String NOT_TAKEN = ", tried_at = CASE WHEN unsettled > 1 THEN tried_at ELSE NULL END,"
            + " unsettled = CASE WHEN unsettled > 0 THEN unsettled - 1 ELSE 0 END";

    private static final String DUE = "state = 'waiting' AND kind = :kind AND lane = :lane AND batch_key = :batchKey"
            + " AND due_at <= :now ORDER BY due_at LIMIT :most";
    /** Not limited by items: ten changes of a contact take one place in the request. */
    private static final String DUE_CONTACTS = "SELECT DISTINCT contact_id FROM item WHERE state = 'waiting'"
            + " AND kind = :kind AND lane = :lane AND batch_key = :batchKey AND due_at <= :now LIMIT :most";

    private static final RowMapper<Item> ROW = (rs, n) -> {
        long expires = rs.getLong("expires_at");
        long tried = rs.getLong("tried_at");
        return new Item(
                rs.getString("id"),
                Item.Kind.valueOf(rs.getString("kind").toUpperCase(Locale.ROOT)),
                rs.getString("envelope_id"),
                rs.getString("run_id"),
                rs.getString("identity"),
                rs.getString("contact_id"),
                Item.Lane.valueOf(rs.getString("lane").toUpperCase(Locale.ROOT)),
                rs.getString("batch_key"),
                expires == 0 ? null : Instant.ofEpochMilli(expires),
                rs.getInt("attempts"),
                Instant.ofEpochMilli(rs.getLong("created_at")),
                rs.getString("payload"),
                tried == 0 ? null : Instant.ofEpochMilli(tried),
                rs.getInt("unsettled"));
    };

    private final Database database;
    private final InstantSource clock;
    private final KindRules rules;

    public ItemStore(Database database, InstantSource clock) {
        this(database, clock, KindRules.USUAL);
    }

    public ItemStore(Database database, InstantSource clock, KindRules rules) {
        this.database = database;
        this.clock = clock;
        this.rules = rules;
    }

    /**
     * Adds a waiting item.
     *
     * @param dueAt earliest time to leave
     * @return false when an item of the same identity was ever added: the business event has its mail already
     */
    public boolean add(Tx tx, Item item, Instant dueAt) {
        Instant expiresAt = item.expiresAt() != null ? item.expiresAt() : rules.expiresAt(item.lane(), dueAt);
        try {
            PreparedStatement insert = tx.prepared(INSERT);
            insert.setString(1, item.id());
            insert.setString(2, Account.MAIN);
            insert.setString(3, lower(item.kind()));
            insert.setString(4, item.envelopeId());
            insert.setString(5, item.runId());
            insert.setString(6, item.identity());
            insert.setString(7, item.contactId());
            insert.setString(8, item.lane().word());
            insert.setString(9, item.batchKey());
            insert.setLong(10, dueAt.toEpochMilli());
            if (expiresAt == null) {
                insert.setNull(11, Types.BIGINT);
            } else {
                insert.setLong(11, expiresAt.toEpochMilli());
            }
            insert.setLong(12, item.createdAt().toEpochMilli());
            insert.setLong(13, dueAt.toEpochMilli());
            insert.setInt(14, item.payload().getBytes(StandardCharsets.UTF_8).length);
            insert.setString(15, item.payload());
            return insert.executeUpdate() == 1;
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("an item cannot be stored", e);
        }
    }

    /** The item that holds an identity. */
    public Optional<String> holderOf(Tx tx, String identity) {
        return tx.jdbc()
                .sql("SELECT id FROM item WHERE account = :account AND identity = :identity")
                .param("account", Account.MAIN)
                .param("identity", identity)
                .query(String.class)
                .optional();
    }

    /** The batch key of the item that has been due longest in a lane: contacts in {@code SYNC}, sends in the others. */
    public Optional<String> nextBatchKey(Item.Lane lane) {
        return database.read()
                .sql("SELECT batch_key FROM item WHERE state = 'waiting' AND kind = :kind AND lane = :lane"
                        + " AND due_at <= :now ORDER BY due_at LIMIT 1")
                .param("kind", lower(lane == Item.Lane.SYNC ? Item.Kind.CONTACT : Item.Kind.SEND))
                .param("lane", lane.word())
                .param("now", clock.millis())
                .query(String.class)
                .optional();
    }

    /**
     * Takes due sends of one lane and batch key for the lease, longest due first, and notes the intent to send them.
     *
     * @param mostBytes of all payloads together; the first one is taken whatever its size
     */
    public List<Item> claimSends(Item.Lane lane, String batchKey, int most, long mostBytes, Duration lease) {
        Instant now = clock.instant();
        String lock = database.isSqlite() ? "" : " FOR UPDATE SKIP LOCKED";
        return database.write(tx -> tx.jdbc()
                .sql(CLAIM
                        + " WHERE id IN (SELECT id FROM (SELECT id, bytes, SUM(bytes) OVER (ORDER BY due_at, id) AS total"
                        + " FROM (SELECT id, bytes, due_at FROM item WHERE " + DUE + lock + ") due) sized"
                        + " WHERE total <= :mostBytes OR total = bytes) RETURNING " + COLUMNS)
                .param("until", now.plus(lease).toEpochMilli())
                .param("now", now.toEpochMilli())
                .param("kind", "send")
                .param("lane", lane.word())
                .param("batchKey", batchKey)
                .param("most", most)
                .param("mostBytes", mostBytes)
                .query(ROW)
                .list());
    }

    /** Whether the due sends of a lane and batch key fill a request. */
    public boolean fillsRequest(Item.Lane lane, String batchKey, int most, long mostBytes) {
        return database.read()
                .sql(
                        "SELECT COUNT(*) >= :most OR COALESCE(SUM(bytes), 0) >= :mostBytes FROM (SELECT bytes FROM item WHERE "
                                + DUE + ") due")
                .param("kind", "send")
                .param("lane", lane.word())
                .param("batchKey", batchKey)
                .param("now", clock.millis())
                .param("most", most)
                .param("mostBytes", mostBytes)
                .query(Boolean.class)
                .single();
    }

    /** Whether the due contacts of a batch key fill a request. */
    public boolean fillsRequest(String batchKey, int most) {
        return database.read()
                .sql("SELECT COUNT(*) >= :most FROM (" + DUE_CONTACTS + ") due")
                .param("kind", "contact")
                .param("lane", Item.Lane.SYNC.word())
                .param("batchKey", batchKey)
                .param("now", clock.millis())
                .param("most", most)
                .query(Boolean.class)
                .single();
    }

    /** Takes every due item of up to {@code most} contacts that have one of the batch key, for the lease. */
    public List<Item> claimContacts(String batchKey, int most, Duration lease) {
        long now = clock.millis();
        return database.write(tx -> tx.jdbc()
                .sql(CLAIM + " WHERE state = 'waiting' AND kind = 'contact' AND due_at <= :now AND contact_id IN ("
                        + DUE_CONTACTS + ") RETURNING " + COLUMNS)
                .param("until", now + lease.toMillis())
                .param("kind", "contact")
                .param("lane", Item.Lane.SYNC.word())
                .param("batchKey", batchKey)
                .param("now", now)
                .param("most", most)
                .query(ROW)
                .list());
    }

    /** What waits in a lane, parked items included; and how much of it is due. */
    public record Backlog(Item.Lane lane, long waiting, long due) {}

    /** Lanes in which something waits. */
    public List<Backlog> backlog() {
        return database.read()
                .sql("SELECT lane, COUNT(*) AS n, SUM(CASE WHEN due_at <= :now THEN 1 ELSE 0 END) AS due FROM item"
                        + " WHERE state = 'waiting' GROUP BY kind, lane")
                .param("now", clock.millis())
                .query((rs, n) -> new Backlog(
                        Item.Lane.valueOf(rs.getString("lane").toUpperCase(Locale.ROOT)),
                        rs.getLong("n"),
                        rs.getLong("due")))
                .list();
    }

    public Optional<Item> find(String id) {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM item WHERE id = :id")
                .param("id", id)
                .query(ROW)
                .optional();
    }

    /** SmartMails has it. */
    public record Delivered(String id, String upstreamId) {}

    public void deliver(Tx tx, String id, String upstreamId) {
        deliver(tx, List.of(new Delivered(id, upstreamId)));
    }

    public void deliver(Tx tx, List<Delivered> taken) {
        try {
            PreparedStatement update = tx.prepared(DELIVER);
            update.clearBatch();
            long now = clock.millis();
            for (Delivered one : taken) {
                update.setLong(1, now);
                update.setString(2, one.upstreamId());
                update.setString(3, one.id());
                update.addBatch();
            }
            update.executeBatch();
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("deliveries cannot be stored", e);
        }
    }

    /** Deliberately not sent: past its best-before, suppressed, opted out. */
    public void drop(Tx tx, String id, String reason) {
        tx.jdbc()
                .sql(
                        "UPDATE item SET state = 'dropped', settled_at = :now, cause = :cause, unsettled = 0 WHERE id = :id")
                .param("now", clock.millis())
                .param("cause", reason)
                .param("id", id)
                .update();
    }

    /** @param taken whether SmartMails may have it all the same; then the send ledger remembers */
    public void fail(Tx tx, String id, RetryPolicy.Verdict verdict, boolean taken) {
        RowStore.fail(tx, "item", id, verdict, clock.instant());
        if (!taken) {
            tx.jdbc()
                    .sql("UPDATE item SET " + NOT_TAKEN.substring(2) + " WHERE id = :id")
                    .param("id", id)
                    .update();
        }
    }

    /**
     * Ends a claim that was no try, or one that failed by nothing the item can help: it is due again and nothing is counted.
     *
     * @param cause why it waits; null when it need not be told
     */
    public void giveBack(Tx tx, String id, Instant dueAt, String cause) {
        tx.jdbc()
                .sql("UPDATE item SET due_at = :due, attempts = attempts - 1, cause = :cause" + NOT_TAKEN
                        + " WHERE id = :id AND state = 'waiting' AND attempts > 0")
                .param("due", dueAt.toEpochMilli())
                .param("cause", cause)
                .param("id", id)
                .update();
    }

    /** Looked up: SmartMails has nothing of what earlier requests may have brought. */
    public void notTaken(Tx tx, String id) {
        tx.jdbc()
                .sql("UPDATE item SET tried_at = NULL, unsettled = 0 WHERE id = :id")
                .param("id", id)
                .update();
    }

    /** Changes with whom an item may share a request. */
    public void regroup(Tx tx, String id, String batchKey) {
        tx.jdbc()
                .sql("UPDATE item SET batch_key = :batchKey WHERE id = :id")
                .param("batchKey", batchKey)
                .param("id", id)
                .update();
    }

    /**
     * Moves an item that waits for its time and was never tried.
     *
     * @return false when it is no longer so
     */
    public boolean reschedule(Tx tx, String id, Instant dueAt) {
        return tx.jdbc()
                        .sql("UPDATE item SET due_at = :due, created_at = :due, horizon_from = :due"
                                + " WHERE id = :id AND state = 'waiting' AND attempts = 0 AND due_at > :now")
                        .param("due", dueAt.toEpochMilli())
                        .param("now", clock.millis())
                        .param("id", id)
                        .update()
                == 1;
    }

    /**
     * Drops an item that was never tried.
     *
     * @return false when it was tried, and may be on its way
     */
    public boolean cancel(Tx tx, String id, String reason) {
        return tx.jdbc()
                        .sql("UPDATE item SET state = 'dropped', settled_at = :now, cause = :cause"
                                + " WHERE id = :id AND state = 'waiting' AND attempts = 0")
                        .param("now", clock.millis())
                        .param("cause", reason)
                        .param("id", id)
                        .update()
                == 1;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}

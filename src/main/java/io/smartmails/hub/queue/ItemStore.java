// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.jdbc.core.RowMapper;

/** What waits to leave for SmartMails, and, by the unique identity of sends, what was ever meant to be sent. */
public final class ItemStore {
    private static final String COLUMNS =
            "id, kind, envelope_id, run_id, identity, contact_id, lane, batch_key, expires_at, attempts,"
                    + " COALESCE(replayed_at, created_at) AS created_at, payload";
    private static final String DUE_CONTACTS = "SELECT DISTINCT contact_id FROM item WHERE state = 'waiting'"
            + " AND kind = 'contact' AND batch_key = :batchKey AND due_at <= :now LIMIT :most";
    private static final RowMapper<Item> ROW = (rs, n) -> {
        long expires = rs.getLong("expires_at");
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
                rs.getString("payload"));
    };

    private final Database database;
    private final InstantSource clock;

    public ItemStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Adds a waiting item.
     *
     * @param dueAt earliest time to leave
     * @return false when an item of the same identity was ever added: the business event has its mail already
     */
    public boolean add(Tx tx, Item item, Instant dueAt) {
        return tx.jdbc()
                        .sql(
                                "INSERT INTO item (id, account, kind, envelope_id, run_id, identity, contact_id, lane, batch_key,"
                                        + " state, due_at, expires_at, attempts, created_at, payload) VALUES (:id, :account, :kind,"
                                        + " :envelope, :run, :identity, :contact, :lane, :batchKey, 'waiting', :due, :expires, 0,"
                                        + " :created, :payload) ON CONFLICT (account, identity) DO NOTHING")
                        .param("id", item.id())
                        .param("account", Account.MAIN)
                        .param("kind", lower(item.kind()))
                        .param("envelope", item.envelopeId())
                        .param("run", item.runId())
                        .param("identity", item.identity())
                        .param("contact", item.contactId())
                        .param("lane", lower(item.lane()))
                        .param("batchKey", item.batchKey())
                        .param("due", dueAt.toEpochMilli())
                        .param(
                                "expires",
                                item.expiresAt() == null
                                        ? null
                                        : item.expiresAt().toEpochMilli())
                        .param("created", item.createdAt().toEpochMilli())
                        .param("payload", item.payload())
                        .update()
                == 1;
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
                .param("lane", lower(lane))
                .param("now", clock.millis())
                .query(String.class)
                .optional();
    }

    /** Takes up to {@code limit} due sends of one lane and batch key for the lease, longest due first. */
    public List<Item> claimSends(Item.Lane lane, String batchKey, int limit, Duration lease) {
        return database.write(tx -> RowStore.claim(
                        tx,
                        database,
                        "item",
                        "state = 'waiting' AND kind = 'send' AND lane = :lane AND batch_key = :batchKey",
                        COLUMNS,
                        clock.instant(),
                        lease,
                        limit)
                .param("lane", lower(lane))
                .param("batchKey", batchKey)
                .query(ROW)
                .list());
    }

    /** How many sends of a lane and batch key are due, counted up to {@code most}. */
    public int dueSends(Item.Lane lane, String batchKey, int most) {
        return database.read()
                .sql(
                        "SELECT COUNT(*) FROM (SELECT 1 FROM item WHERE state = 'waiting' AND kind = 'send' AND lane = :lane"
                                + " AND batch_key = :batchKey AND due_at <= :now LIMIT :most) due")
                .param("lane", lower(lane))
                .param("batchKey", batchKey)
                .param("now", clock.millis())
                .param("most", most)
                .query(Integer.class)
                .single();
    }

    /** How many contacts have due items of a batch key, counted up to {@code most}. */
    public int dueContacts(String batchKey, int most) {
        return database.read()
                .sql("SELECT COUNT(*) FROM (" + DUE_CONTACTS + ") due")
                .param("batchKey", batchKey)
                .param("now", clock.millis())
                .param("most", most)
                .query(Integer.class)
                .single();
    }

    /** Takes every due item of up to {@code most} contacts that have one of the batch key, for the lease. */
    public List<Item> claimContacts(String batchKey, int most, Duration lease) {
        long now = clock.millis();
        return database.write(tx -> tx.jdbc()
                .sql("UPDATE item SET due_at = :until, attempts = attempts + 1, cause = NULL WHERE state = 'waiting'"
                        + " AND kind = 'contact' AND due_at <= :now AND contact_id IN (" + DUE_CONTACTS + ") RETURNING "
                        + COLUMNS)
                .param("until", now + lease.toMillis())
                .param("batchKey", batchKey)
                .param("now", now)
                .param("most", most)
                .query(ROW)
                .list());
    }

    public Optional<Item> find(String id) {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM item WHERE id = :id")
                .param("id", id)
                .query(ROW)
                .optional();
    }

    /** SmartMails took it. */
    public void deliver(Tx tx, String id, String upstreamId) {
        RowStore.settle(tx, "item", id, "delivered", clock.instant());
        tx.jdbc()
                .sql("UPDATE item SET upstream_id = :upstream WHERE id = :id")
                .param("upstream", upstreamId)
                .param("id", id)
                .update();
    }

    /** Deliberately not sent: past its best-before, suppressed, opted out. */
    public void drop(Tx tx, String id, String reason) {
        RowStore.settle(tx, "item", id, "dropped", clock.instant());
        tx.jdbc()
                .sql("UPDATE item SET cause = :cause WHERE id = :id")
                .param("cause", reason)
                .param("id", id)
                .update();
    }

    public void fail(Tx tx, String id, RetryPolicy.Verdict verdict) {
        RowStore.fail(tx, "item", id, verdict, clock.instant());
    }

    /**
     * Ends a claim that was no try, or one that failed by nothing the item can help: it is due again and nothing is counted.
     *
     * @param cause why it waits; null when it need not be told
     */
    public void giveBack(Tx tx, String id, Instant dueAt, String cause) {
        tx.jdbc()
                .sql("UPDATE item SET due_at = :due, attempts = attempts - 1, cause = :cause"
                        + " WHERE id = :id AND state = 'waiting' AND attempts > 0")
                .param("due", dueAt.toEpochMilli())
                .param("cause", cause)
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
                        .sql("UPDATE item SET due_at = :due, created_at = :due"
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

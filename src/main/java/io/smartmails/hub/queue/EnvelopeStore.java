// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.RowMapper;

/** The journal of raw receipts. */
public final class EnvelopeStore {
    private static final String INSERT = """
            INSERT INTO envelope (id, account, connector, connection, topic, dedupe_id, received_at, state, due_at, attempts, headers, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
            ON CONFLICT (account, connection, topic, dedupe_id) DO NOTHING""";
    private static final String FIRST_OF =
            "SELECT id FROM envelope WHERE account = ? AND connection = ? AND topic = ? AND dedupe_id = ?";
    private static final String COLUMNS =
            "id, connector, connection, topic, dedupe_id, received_at, headers, body, attempts";
    private static final RowMapper<Envelope> ROW = (rs, n) -> new Envelope(
            rs.getString("id"),
            rs.getString("connector"),
            rs.getString("connection"),
            rs.getString("topic"),
            rs.getString("dedupe_id"),
            Instant.ofEpochMilli(rs.getLong("received_at")),
            Json.readStrings(rs.getString("headers")),
            rs.getBytes("body"),
            rs.getInt("attempts"));

    private final Database database;
    private final InstantSource clock;

    public EnvelopeStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Stores what is new, in order; for a repeat gives the first one's receipt and counts it. */
    public List<Receipt> accept(Tx tx, List<Envelope> envelopes) {
        List<Receipt> receipts = new ArrayList<>(envelopes.size());
        for (Envelope envelope : envelopes) {
            receipts.add(accept(tx, envelope, "waiting"));
        }
        return receipts;
    }

    /** Stores an envelope that needs no translation, such as a message of an application. */
    public Receipt acceptTranslated(Tx tx, Envelope envelope) {
        return accept(tx, envelope, "translated");
    }

    private Receipt accept(Tx tx, Envelope envelope, String state) {
        try {
            PreparedStatement insert = tx.prepared(INSERT);
            insert.setString(1, envelope.id());
            insert.setString(2, Account.MAIN);
            insert.setString(3, envelope.connector());
            insert.setString(4, envelope.connection());
            insert.setString(5, envelope.topic());
            insert.setString(6, envelope.dedupeId());
            insert.setLong(7, envelope.receivedAt().toEpochMilli());
            insert.setString(8, state);
            insert.setLong(9, envelope.receivedAt().toEpochMilli());
            insert.setString(10, Json.write(envelope.headers()));
            insert.setBytes(11, envelope.body());
            if (insert.executeUpdate() == 1) {
                return new Receipt(envelope.id(), false);
            }
            CounterStore.add(tx, "duplicates", 1);
            return new Receipt(firstOf(tx, envelope), true);
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("cannot journal an envelope", e);
        }
    }

    private static String firstOf(Tx tx, Envelope envelope) throws SQLException {
        PreparedStatement select = tx.prepared(FIRST_OF);
        select.setString(1, Account.MAIN);
        select.setString(2, envelope.connection());
        select.setString(3, envelope.topic());
        select.setString(4, envelope.dedupeId());
        try (ResultSet rows = select.executeQuery()) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** Takes up to {@code limit} due envelopes for the lease; nobody else gets them until it ends. */
    public List<Envelope> claim(int limit, Duration lease) {
        return database.write(tx -> RowStore.claim(
                        tx, database, "envelope", "state = 'waiting'", COLUMNS, clock.instant(), lease, limit)
                .query(ROW)
                .list());
    }

    public Optional<Envelope> find(String id) {
        return database.read()
                .sql("SELECT " + COLUMNS + " FROM envelope WHERE id = :id")
                .param("id", id)
                .query(ROW)
                .optional();
    }

    /** Start of the retry horizon: the receipt, or the latest replay. */
    public Instant horizonStart(String id) {
        return Instant.ofEpochMilli(database.read()
                .sql("SELECT COALESCE(replayed_at, received_at) FROM envelope WHERE id = :id")
                .param("id", id)
                .query(Long.class)
                .single());
    }

    /**
     * Translated into events, or deliberately into none.
     *
     * @return false when it was settled before, by another holder of the lease: then its events are published already
     */
    public boolean settle(Tx tx, String id, boolean hasEvents) {
        return RowStore.settleWaiting(tx, "envelope", id, hasEvents ? "translated" : "no-event", clock.instant());
    }

    public void fail(Tx tx, String id, RetryPolicy.Verdict verdict) {
        RowStore.fail(tx, "envelope", id, verdict, clock.instant());
    }
}

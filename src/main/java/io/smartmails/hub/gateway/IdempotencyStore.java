// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.springframework.jdbc.core.RowMapper;

/** Rows of {@code idempotency}. Bodies are sealed by whoever calls. */
final class IdempotencyStore {
    static final Duration KEPT = Duration.ofHours(24);

    /** Above the longest call a handler makes to SmartMails (33 s); how long a crash in the middle can block a repeat. */
    static final Duration LEASE = Duration.ofSeconds(60);

    private static final String COLUMNS =
            "token, fingerprint, created_at, lease_until, status, content_type, location, body";
    private static final RowMapper<Row> ROW = (rs, n) -> new Row(
            rs.getString("token"),
            rs.getString("fingerprint"),
            rs.getLong("created_at"),
            rs.getLong("lease_until"),
            rs.getInt("status"),
            rs.getString("content_type"),
            rs.getString("location"),
            rs.getBytes("body"));

    /**
     * One key as stored.
     *
     * @param leaseUntil 0 once answered
     * @param body null until answered
     */
    record Row(
            String token,
            String fingerprint,
            long createdAt,
            long leaseUntil,
            int status,
            String contentType,
            String location,
            byte[] body) {
        boolean isAnswered() {
            return leaseUntil == 0;
        }
    }

    /** An answer as it is kept. */
    record Answer(int status, String contentType, String location, byte[] sealedBody) {}

    private final Database database;
    private final InstantSource clock;

    IdempotencyStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Takes the key for a call, for the lease.
     *
     * @return the row the key has now: with the caller's token when it got it, else that of the call before
     */
    Row claim(String id, String fingerprint, String token) {
        return database.write(tx -> {
            Instant now = clock.instant();
            long until = now.plus(LEASE).toEpochMilli();
            long oldest = now.minus(KEPT).toEpochMilli();
            tx.jdbc()
                    .sql("INSERT INTO idempotency (id, account, fingerprint, token, created_at, lease_until)"
                            + " VALUES (:id, :account, :fingerprint, :token, :now, :until)"
                            + " ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, token = excluded.token,"
                            + " created_at = excluded.created_at, lease_until = excluded.lease_until, status = NULL, body = NULL"
                            + " WHERE idempotency.created_at < :oldest OR idempotency.lease_until < :now")
                    .param("id", id)
                    .param("account", Account.MAIN)
                    .param("fingerprint", fingerprint)
                    .param("token", token)
                    .param("now", now.toEpochMilli())
                    .param("until", until)
                    .param("oldest", oldest)
                    .update();
            return tx.jdbc()
                    .sql("SELECT " + COLUMNS + " FROM idempotency WHERE id = :id")
                    .param("id", id)
                    .query(ROW)
                    .single();
        });
    }

    /** @return false when the key is no longer held under this token */
    boolean answer(Tx tx, String id, String token, Answer answer) {
        return tx.jdbc()
                        .sql("UPDATE idempotency SET lease_until = NULL, status = :status, content_type = :type,"
                                + " location = :location, body = :body"
                                + " WHERE id = :id AND token = :token AND lease_until IS NOT NULL")
                        .param("status", answer.status())
                        .param("type", answer.contentType())
                        .param("location", answer.location())
                        .param("body", answer.sealedBody())
                        .param("id", id)
                        .param("token", token)
                        .update()
                == 1;
    }

    /** The call came to nothing that binds: the next one with the key starts afresh. */
    void release(String id, String token) {
        database.write(tx -> tx.jdbc()
                .sql("DELETE FROM idempotency WHERE id = :id AND token = :token AND lease_until IS NOT NULL")
                .param("id", id)
                .param("token", token)
                .update());
    }

    /** Where no other process can run: calls that a dead process left in the middle block nobody. */
    void releaseAtStart() {
        if (database.isSqlite()) {
            database.write(tx -> tx.jdbc()
                    .sql("DELETE FROM idempotency WHERE lease_until IS NOT NULL")
                    .update());
        }
    }

    void forget() {
        database.write(tx -> tx.jdbc()
                .sql("DELETE FROM idempotency WHERE created_at < :oldest")
                .param("oldest", clock.instant().minus(KEPT).toEpochMilli())
                .update());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import java.time.Duration;
import java.time.Instant;

/** Rows of {@code key_address} and {@code key_hour}: from where and how much each key is used. */
final class KeyUseStore {
    static final int HISTORY_DAYS = 14;
    private static final int DAY_HOURS = 24;

    private KeyUseStore() {}

    /** @param first the key was never seen before, or not for so long that its addresses are forgotten */
    record Sight(boolean known, boolean first) {}

    record Hour(long requests, long before, int days) {}

    static Sight see(Tx tx, String keyId, String address, Instant now, Duration memory) {
        long oldest = now.minus(memory).toEpochMilli();
        Long lastAt = tx.jdbc()
                .sql(
                        "SELECT last_at FROM key_address WHERE account = :account AND key_id = :key AND address = :address")
                .param("account", Account.MAIN)
                .param("key", keyId)
                .param("address", address)
                .query(Long.class)
                .optional()
                .orElse(null);
        long others = tx.jdbc()
                .sql("SELECT COUNT(*) FROM (SELECT 1 FROM key_address WHERE account = :account AND key_id = :key"
                        + " LIMIT 1) seen")
                .param("account", Account.MAIN)
                .param("key", keyId)
                .query(Long.class)
                .single();
        tx.jdbc()
                .sql(
                        "INSERT INTO key_address (account, key_id, address, last_at) VALUES (:account, :key, :address, :now)"
                                + " ON CONFLICT (account, key_id, address) DO UPDATE SET last_at = excluded.last_at")
                .param("account", Account.MAIN)
                .param("key", keyId)
                .param("address", address)
                .param("now", now.toEpochMilli())
                .update();
        return new Sight(lastAt != null && lastAt > oldest, others == 0);
    }

    /** Adds to the hour and tells how it compares. */
    static Hour add(Tx tx, String keyId, long hour, long requests) {
        long total = tx.jdbc()
                .sql("INSERT INTO key_hour (account, key_id, hour, requests) VALUES (:account, :key, :hour, :n)"
                        + " ON CONFLICT (account, key_id, hour) DO UPDATE SET requests = key_hour.requests"
                        + " + excluded.requests RETURNING requests")
                .param("account", Account.MAIN)
                .param("key", keyId)
                .param("hour", hour)
                .param("n", requests)
                .query(Long.class)
                .single();
        long oldest = hour - (long) HISTORY_DAYS * DAY_HOURS;
        long[] before = tx.jdbc()
                .sql("SELECT COALESCE(SUM(CASE WHEN (:hour - hour) % 24 = 0 THEN requests ELSE 0 END), 0) AS n,"
                        + " COALESCE(MIN(hour), :hour) AS first FROM key_hour WHERE account = :account AND key_id = :key"
                        + " AND hour >= :oldest AND hour < :hour")
                .param("account", Account.MAIN)
                .param("key", keyId)
                .param("hour", hour)
                .param("oldest", oldest)
                .query((rs, n) -> new long[] {rs.getLong("n"), rs.getLong("first")})
                .single();
        return new Hour(total, before[0], (int) ((hour - before[1]) / DAY_HOURS));
    }

    static void prune(Tx tx, Instant now, Duration addresses) {
        tx.jdbc()
                .sql("DELETE FROM key_address WHERE last_at < :oldest")
                .param("oldest", now.minus(addresses).toEpochMilli())
                .update();
        tx.jdbc()
                .sql("DELETE FROM key_hour WHERE hour < :oldest")
                .param("oldest", now.getEpochSecond() / 3600 - (HISTORY_DAYS + 1L) * DAY_HOURS)
                .update();
    }
}

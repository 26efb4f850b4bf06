// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.gateway.KeyUsage.Hour;
import io.smartmails.hub.gateway.KeyUsage.KeyHour;
import io.smartmails.hub.gateway.KeyUsage.Tally;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Rows of {@code key_usage} and its two details; and the last use of a key in {@code api_key}. */
final class KeyUsageStore {
    private static final int HASH_CHARS = 16;

    private final Database database;

    KeyUsageStore(Database database) {
        this.database = database;
    }

    void add(Tx tx, KeyHour key, Tally tally, UnaryOperator<String> hash) {
        tx.jdbc()
                .sql("INSERT INTO key_usage (key_id, hour, requests, client_errors, throttled, server_errors)"
                        + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key_id, hour) DO UPDATE SET"
                        + " requests = key_usage.requests + excluded.requests,"
                        + " client_errors = key_usage.client_errors + excluded.client_errors,"
                        + " throttled = key_usage.throttled + excluded.throttled,"
                        + " server_errors = key_usage.server_errors + excluded.server_errors")
                .params(
                        key.keyId(),
                        key.hourMillis(),
                        tally.requests,
                        tally.clientErrors,
                        tally.throttled,
                        tally.serverErrors)
                .update();
        tally.times.forEach((step, n) -> tx.jdbc()
                .sql("INSERT INTO key_usage_time (key_id, hour, step, n) VALUES (?, ?, ?, ?)"
                        + " ON CONFLICT (key_id, hour, step) DO UPDATE SET n = key_usage_time.n + excluded.n")
                .params(key.keyId(), key.hourMillis(), step, n)
                .update());
        tally.addresses.forEach(address -> tx.jdbc()
                .sql("INSERT INTO key_usage_address (key_id, hour, address) VALUES (?, ?, ?)"
                        + " ON CONFLICT (key_id, hour, address) DO NOTHING")
                .params(key.keyId(), key.hourMillis(), hash.apply(address).substring(0, HASH_CHARS))
                .update());
        tx.jdbc()
                .sql("UPDATE api_key SET last_used_at = :at, last_used_ip = :address"
                        + " WHERE id = :id AND (last_used_at IS NULL OR last_used_at <= :at)")
                .param("at", tally.lastAtMillis)
                .param("address", tally.lastAddress)
                .param("id", key.keyId())
                .update();
    }

    void prune(Tx tx, Instant before) {
        for (String table : List.of("key_usage", "key_usage_time", "key_usage_address")) {
            tx.jdbc()
                    .sql("DELETE FROM " + table + " WHERE hour < ?")
                    .param(before.toEpochMilli())
                    .update();
        }
    }

    List<Hour> since(String keyId, Instant from) {
        Map<Long, SortedMap<Integer, Long>> times = new HashMap<>();
        database.read()
                .sql("SELECT hour, step, n FROM key_usage_time WHERE key_id = ? AND hour >= ?")
                .params(keyId, from.toEpochMilli())
                .query(rs -> {
                    times.computeIfAbsent(rs.getLong("hour"), hour -> new TreeMap<>())
                            .put(rs.getInt("step"), rs.getLong("n"));
                });
        Map<Long, Long> addresses = new HashMap<>();
        database.read()
                .sql("SELECT hour, COUNT(*) AS n FROM key_usage_address WHERE key_id = ? AND hour >= ? GROUP BY hour")
                .params(keyId, from.toEpochMilli())
                .query(rs -> {
                    addresses.put(rs.getLong("hour"), rs.getLong("n"));
                });
        return database.read()
                .sql("SELECT hour, requests, client_errors, throttled, server_errors FROM key_usage"
                        + " WHERE key_id = ? AND hour >= ? ORDER BY hour DESC")
                .params(keyId, from.toEpochMilli())
                .query((rs, n) -> {
                    long hour = rs.getLong("hour");
                    SortedMap<Integer, Long> took = times.getOrDefault(hour, new TreeMap<>());
                    return new Hour(
                            Instant.ofEpochMilli(hour),
                            rs.getLong("requests"),
                            rs.getLong("client_errors"),
                            rs.getLong("throttled"),
                            rs.getLong("server_errors"),
                            addresses.getOrDefault(hour, 0L),
                            TimeSteps.quantile(took, 0.5),
                            TimeSteps.quantile(took, 0.95));
                })
                .list();
    }
}

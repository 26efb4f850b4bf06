// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Rows of {@code api_key}, and the version that every change of one raises. */
final class KeyStore {
    private static final String COLUMNS = "id, name, preset, scopes, allowed_ips, denied_ips, allowed_senders, limits,"
            + " recipients_per_minute, concurrent_requests, expires_at, rotate_every, mode, display, bucket_id,"
            + " created_at, created_by, disabled_at, revoked_at, last_used_at, last_used_ip, replaces, replaced_by";
    private static final String SELECT = "SELECT " + COLUMNS + " FROM api_key";
    private static final RowMapper<HubKey> ROW = (rs, n) -> new HubKey(
            rs.getString("id"),
            terms(rs),
            rs.getString("mode").equals("test"),
            rs.getString("display"),
            rs.getString("bucket_id"),
            instant(rs, "created_at"),
            rs.getString("created_by"),
            instant(rs, "disabled_at"),
            instant(rs, "revoked_at"),
            instant(rs, "last_used_at"),
            rs.getString("last_used_ip"),
            rs.getString("replaces"),
            rs.getString("replaced_by"));

    private final Database database;

    KeyStore(Database database) {
        this.database = database;
    }

    /**
     * Which keys to list, newest first; null for no matter.
     *
     * @param name part of the name, in either case
     * @param prefix first characters of the key, up to 8
     * @param last4 last characters of the key
     * @param before only ids before this one
     */
    record Filter(HubKey.Status status, String name, String prefix, String last4, String before) {
        static final Filter ALL = new Filter(null, null, null, null, null);
    }

    private static KeyTerms terms(ResultSet rs) throws SQLException {
        return new KeyTerms(
                rs.getString("name"),
                rs.getString("preset"),
                Collections.unmodifiableSet(new LinkedHashSet<>(words(rs.getString("scopes")))),
                words(rs.getString("allowed_ips")),
                words(rs.getString("denied_ips")),
                words(rs.getString("allowed_senders")),
                words(rs.getString("limits")).stream().map(RateWindow::parse).toList(),
                rs.getLong("recipients_per_minute"),
                rs.getInt("concurrent_requests"),
                instant(rs, "expires_at"),
                rs.getString("rotate_every"));
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.copyOf(Arrays.asList(text.split(" ")));
    }

    private static Instant instant(ResultSet rs, String column) throws SQLException {
        long millis = rs.getLong(column);
        return rs.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    private static Long millis(Instant at) {
        return at == null ? null : at.toEpochMilli();
    }

    /**
     * To be called first by every act: from here on no other act, of this node or another, comes between.
     *
     * @return the version this commit makes
     */
    long raiseVersion(Tx tx) {
        return tx.jdbc()
                .sql("UPDATE api_key_version SET n = n + 1 WHERE id = 1 RETURNING n")
                .query(Long.class)
                .single();
    }

    long version() {
        return database.read()
                .sql("SELECT n FROM api_key_version WHERE id = 1")
                .query(Long.class)
                .single();
    }

    void insert(Tx tx, HubKey key, String hash) {
        JdbcClient.StatementSpec insert = tx.jdbc()
                .sql("INSERT INTO api_key (account, hash, " + COLUMNS + ") VALUES ('main', :hash, "
                        + Arrays.stream(COLUMNS.split(", *"))
                                .map(column -> ":" + column)
                                .collect(Collectors.joining(", "))
                        + ")")
                .param("hash", hash)
                .param("id", key.id())
                .param("mode", key.test() ? "test" : "live")
                .param("display", key.display())
                .param("bucket_id", key.bucketId())
                .param("created_at", key.createdAt().toEpochMilli())
                .param("created_by", key.createdBy())
                .param("disabled_at", millis(key.disabledAt()), Types.BIGINT)
                .param("revoked_at", millis(key.revokedAt()), Types.BIGINT)
                .param("last_used_at", millis(key.lastUsedAt()), Types.BIGINT)
                .param("last_used_ip", key.lastUsedIp(), Types.VARCHAR)
                .param("replaces", key.replaces(), Types.VARCHAR)
                .param("replaced_by", key.replacedBy(), Types.VARCHAR);
        withTerms(insert, key.terms()).update();
    }

    private static JdbcClient.StatementSpec withTerms(JdbcClient.StatementSpec statement, KeyTerms terms) {
        return statement
                .param("name", terms.name())
                .param("preset", terms.preset())
                .param("scopes", String.join(" ", terms.scopes()))
                .param("allowed_ips", String.join(" ", terms.allowedIps()))
                .param("denied_ips", String.join(" ", terms.deniedIps()))
                .param("allowed_senders", String.join(" ", terms.allowedSenders()))
                .param("limits", terms.windows().stream().map(RateWindow::text).collect(Collectors.joining(" ")))
                .param("recipients_per_minute", terms.recipientsPerMinute())
                .param("concurrent_requests", terms.concurrentRequests())
                .param("expires_at", millis(terms.expiresAt()), Types.BIGINT)
                .param("rotate_every", terms.rotateEvery(), Types.VARCHAR);
    }

    /** Sets its terms; its limits also for the keys it shares its bucket with. A new end is warned of anew. */
    void change(Tx tx, HubKey key, KeyTerms terms) {
        boolean newEnd = !Objects.equals(key.terms().expiresAt(), terms.expiresAt());
        withTerms(
                        tx.jdbc()
                                .sql("UPDATE api_key SET name = :name, preset = :preset, scopes = :scopes,"
                                        + " allowed_ips = :allowed_ips, denied_ips = :denied_ips,"
                                        + " allowed_senders = :allowed_senders, limits = :limits,"
                                        + " recipients_per_minute = :recipients_per_minute,"
                                        + " concurrent_requests = :concurrent_requests, expires_at = :expires_at,"
                                        + " rotate_every = :rotate_every" + (newEnd ? ", warned_days = NULL" : "")
                                        + " WHERE id = :id"),
                        terms)
                .param("id", key.id())
                .update();
        tx.jdbc()
                .sql("UPDATE api_key SET limits = (SELECT limits FROM api_key WHERE id = :id),"
                        + " recipients_per_minute = :recipients, concurrent_requests = :concurrent"
                        + " WHERE bucket_id = :bucket AND id <> :id")
                .param("id", key.id())
                .param("recipients", terms.recipientsPerMinute())
                .param("concurrent", terms.concurrentRequests())
                .param("bucket", key.bucketId())
                .update();
    }

    void setDisabled(Tx tx, String id, Instant at) {
        tx.jdbc()
                .sql("UPDATE api_key SET disabled_at = :at WHERE id = :id")
                .param("at", millis(at), Types.BIGINT)
                .param("id", id)
                .update();
    }

    void setRevoked(Tx tx, String id, Instant at) {
        tx.jdbc()
                .sql("UPDATE api_key SET revoked_at = :at WHERE id = :id")
                .param("at", at.toEpochMilli())
                .param("id", id)
                .update();
    }

    /** It works until then, beside the key that takes its place. */
    void setReplaced(Tx tx, String id, String by, Instant until) {
        tx.jdbc()
                .sql("UPDATE api_key SET replaced_by = :by, expires_at = :until WHERE id = :id")
                .param("by", by)
                .param("until", until.toEpochMilli())
                .param("id", id)
                .update();
    }

    /** Admin keys but this one that work, are live and are not being replaced. */
    long otherAdmins(Tx tx, String id, Instant now) {
        return tx.jdbc()
                .sql("SELECT COUNT(*) FROM api_key WHERE id <> :id AND revoked_at IS NULL AND disabled_at IS NULL"
                        + " AND (expires_at IS NULL OR expires_at > :now) AND replaced_by IS NULL AND mode = 'live'"
                        + " AND ' ' || scopes || ' ' LIKE '% keys:admin %'")
                .param("id", id)
                .param("now", now.toEpochMilli())
                .query(Long.class)
                .single();
    }

    Optional<HubKey> find(Tx tx, String id) {
        return tx.jdbc()
                .sql(SELECT + " WHERE id = :id")
                .param("id", id)
                .query(ROW)
                .optional();
    }

    Optional<HubKey> find(String id) {
        return database.read()
                .sql(SELECT + " WHERE id = :id")
                .param("id", id)
                .query(ROW)
                .optional();
    }

    Optional<HubKey> findByHash(String hash) {
        return database.read()
                .sql(SELECT + " WHERE hash = :hash")
                .param("hash", hash)
                .query(ROW)
                .optional();
    }

    List<HubKey> list(Filter filter, int limit, Instant now) {
        var where = new StringBuilder(" WHERE 1 = 1");
        Map<String, Object> values = new HashMap<>();
        values.put("limit", limit);
        if (filter.status() != null) {
            where.append(" AND CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= :now THEN 'expired'"
                    + " WHEN disabled_at IS NOT NULL THEN 'disabled' WHEN expires_at <= :soon THEN 'expiring'"
                    + " ELSE 'active' END = :status");
            values.put("now", now.toEpochMilli());
            values.put("soon", now.plus(HubKey.SOON).toEpochMilli());
            values.put("status", filter.status().code());
        }
        if (filter.name() != null) {
            where.append(" AND lower(name) LIKE lower(:name) ESCAPE '!'");
            values.put("name", "%" + filter.name().replaceAll("([!%_])", "!$1") + "%");
        }
        if (filter.prefix() != null) {
            where.append(" AND substr(display, 1, :prefixChars) = :prefix");
            values.put("prefix", filter.prefix());
            values.put("prefixChars", filter.prefix().length());
        }
        if (filter.last4() != null) {
            where.append(" AND substr(display, length(display) - 3) = :last4");
            values.put("last4", filter.last4());
        }
        if (filter.before() != null) {
            where.append(" AND id < :before");
            values.put("before", filter.before());
        }
        return database.read()
                .sql(SELECT + where + " ORDER BY id DESC LIMIT :limit")
                .params(values)
                .query(ROW)
                .list();
    }

    /** Keys that end until then and of which this was not yet said. */
    List<HubKey> endingUntil(Instant until, int days, Instant now) {
        return database.read()
                .sql(SELECT + " WHERE expires_at > :now AND expires_at <= :until AND revoked_at IS NULL"
                        + " AND replaced_by IS NULL AND (warned_days IS NULL OR warned_days > :days)")
                .param("now", now.toEpochMilli())
                .param("until", until.toEpochMilli())
                .param("days", days)
                .query(ROW)
                .list();
    }

    /** @return whether it was not said before, by this node or another */
    boolean setWarned(Tx tx, String id, int days) {
        return tx.jdbc()
                        .sql("UPDATE api_key SET warned_days = :days"
                                + " WHERE id = :id AND (warned_days IS NULL OR warned_days > :days)")
                        .param("days", days)
                        .param("id", id)
                        .update()
                == 1;
    }

    boolean isEmpty() {
        return database.read()
                        .sql("SELECT COUNT(*) FROM api_key")
                        .query(Long.class)
                        .single()
                == 0;
    }
}

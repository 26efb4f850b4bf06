// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Runs a listing over one table that has {@code created_at} and a column of changes; ties are broken by an id. */
final class PageStore {
    /** Makes a page's rows into what is shown, all at once. */
    interface View<T> {
        List<Map<String, Object>> of(List<T> rows);
    }

    private record Ordered<T>(long at, String id, T row) {}

    private final JdbcClient db;
    private final String table;
    private final String id;
    private final String changed;
    private final List<String> conditions = new ArrayList<>();
    private final Map<String, Object> values = new HashMap<>();

    PageStore(JdbcClient db, String table, String id, String changed) {
        this.db = db;
        this.table = table;
        this.id = id;
        this.changed = changed;
    }

    /** A condition on a named parameter; left out when the value is null. */
    PageStore where(String condition, String name, Object value) {
        if (value != null) {
            conditions.add(condition);
            values.put(name, value);
        }
        return this;
    }

    PageStore param(String name, Object value) {
        values.put(name, value);
        return this;
    }

    <T> Page fetch(Paging paging, RowMapper<T> mapper, View<T> view) {
        where("created_at > :created_after", "created_after", paging.times().get("created_after"));
        where("created_at < :created_before", "created_before", paging.times().get("created_before"));
        where(changed + " > :updated_after", "updated_after", paging.times().get("updated_after"));
        where(changed + " < :updated_before", "updated_before", paging.times().get("updated_before"));
        Long total = paging.includeTotal()
                ? db.sql("SELECT COUNT(*) FROM (SELECT 1 FROM " + table + condition() + " LIMIT " + Page.MOST_COUNTED
                                + ") counted")
                        .params(values)
                        .query(Long.class)
                        .single()
                : null;
        String order = paging.byChange() ? changed : "created_at";
        if (paging.after() != null) {
            conditions.add(
                    "(" + order + ", " + id + ") " + (paging.descending() ? "<" : ">") + " (:after_value, :after_id)");
            values.put("after_value", paging.after().at());
            values.put("after_id", paging.after().id());
        }
        String direction = paging.descending() ? " DESC" : "";
        List<Ordered<T>> rows = db.sql("SELECT * FROM " + table + condition() + " ORDER BY " + order + direction + ", "
                        + id + direction + " LIMIT " + (paging.limit() + 1))
                .params(values)
                .query((row, n) -> new Ordered<>(row.getLong(order), row.getString(id), mapper.mapRow(row, n)))
                .list();
        boolean more = rows.size() > paging.limit();
        List<Ordered<T>> kept = more ? rows.subList(0, paging.limit()) : rows;
        Ordered<T> last = more ? kept.get(kept.size() - 1) : null;
        return new Page(
                view.of(kept.stream().map(Ordered::row).toList()),
                last == null ? null : new Paging.After(last.at(), last.id()),
                total);
    }

    private String condition() {
        return " WHERE " + String.join(" AND ", conditions);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.page;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Runs a listing over one table that has {@code created_at}, and {@code updated_at} or not. */
public final class PageStore {
    private final JdbcClient db;
    private final String table;
    private final String id;
    private final List<String> conditions = new ArrayList<>();
    private final Map<String, Object> values = new HashMap<>();

    /** @param id column that breaks ties */
    public PageStore(JdbcClient db, String table, String id) {
        this.db = db;
        this.table = table;
        this.id = id;
    }

    /** A condition on a named parameter; left out when the value is null. */
    public PageStore where(String condition, String name, Object value) {
        if (value != null) {
            conditions.add(condition);
            values.put(name, value);
        }
        return this;
    }

    public Page fetch(PageRequest request, RowMapper<Map<String, Object>> view) {
        where("created_at > :created_after", "created_after", request.time("created_after"));
        where("created_at < :created_before", "created_before", request.time("created_before"));
        where("updated_at > :updated_after", "updated_after", request.time("updated_after"));
        where("updated_at < :updated_before", "updated_before", request.time("updated_before"));
        Long total = null;
        if (request.includeTotal()) {
            total = db.sql("SELECT COUNT(*) FROM " + table + condition())
                    .params(values)
                    .query(Long.class)
                    .single();
        }
        if (request.after() != null) {
            conditions.add("(" + request.sort() + ", " + id + ") " + (request.descending() ? "<" : ">")
                    + " (:after_value, :after_id)");
            values.put("after_value", request.after().value());
            values.put("after_id", request.after().id());
        }
        String order = request.descending() ? " DESC" : "";
        record Row(long value, String id, Map<String, Object> view) {}
        List<Row> rows = db.sql("SELECT * FROM " + table + condition() + " ORDER BY " + request.sort() + order + ", "
                        + id + order + " LIMIT " + (request.limit() + 1))
                .params(values)
                .query((row, i) -> new Row(row.getLong(request.sort()), row.getString(id), view.mapRow(row, i)))
                .list();
        boolean more = rows.size() > request.limit();
        List<Row> kept = more ? rows.subList(0, request.limit()) : rows;
        Row last = more ? kept.get(kept.size() - 1) : null;
        return new Page(
                kept.stream().map(Row::view).toList(),
                last == null ? null : PageRequest.cursor(last.value(), last.id()),
                total);
    }

    private String condition() {
        return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    }
}

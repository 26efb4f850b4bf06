// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.timeline;

import io.smartmails.db.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.RowCallbackHandler;

/** Tells the story of an envelope from the queue's rows and the timeline's entries. */
public final class StoryStore {
    private final Database database;

    public StoryStore(Database database) {
        this.database = database;
    }

    public Optional<Story> find(String receipt) {
        return database.read()
                .sql("SELECT connection, topic, received_at, state, settled_at, cause FROM envelope WHERE id = :id")
                .param("id", receipt)
                .query((rs, n) -> tell(receipt, rs))
                .optional();
    }

    /** Newest first. */
    public List<Story> latest(int limit) {
        return database
                .read()
                .sql("SELECT id FROM envelope ORDER BY received_at DESC, id DESC LIMIT :limit")
                .param("limit", limit)
                .query(String.class)
                .list()
                .stream()
                .flatMap(id -> find(id).stream())
                .toList();
    }

    private Story tell(String receipt, ResultSet envelope) throws SQLException {
        var parts = new Parts();
        List<Story.Entry> entries = new ArrayList<>();
        Instant receivedAt = Instant.ofEpochMilli(envelope.getLong("received_at"));
        String connection = envelope.getString("connection");
        String topic = envelope.getString("topic");
        String state = envelope.getString("state");
        entries.add(new Story.Entry(
                receivedAt, "intake", "accepted", topic + " from " + connection + ", journalled", receipt));
        parts.count(state);
        if (state.equals("no-event")) {
            entries.add(new Story.Entry(
                    time(envelope, "settled_at"),
                    "routing",
                    "no-event",
                    "this topic makes no event; the payload is kept",
                    receipt));
        }
        each(receipt, "SELECT id, type, subject, created_at, rules FROM event WHERE envelope_id = :id", rs -> {
            String listeners = rs.getInt("rules") == 0 ? "no rule listens" : rs.getInt("rules") + " rule(s) listen";
            entries.add(new Story.Entry(
                    time(rs, "created_at"),
                    "routing",
                    rs.getInt("rules") == 0 ? "no-rule" : "event",
                    rs.getString("type") + " about " + rs.getString("subject") + "; " + listeners,
                    rs.getString("id")));
        });
        each(receipt, "SELECT id, rule, state, settled_at, result, cause FROM run WHERE envelope_id = :id", rs -> {
            parts.count(rs.getString("state"));
            if (rs.getString("state").equals("done")) {
                entries.add(new Story.Entry(
                        time(rs, "settled_at"),
                        "routing",
                        "rule-done",
                        rs.getString("rule") + ": " + rs.getString("result"),
                        rs.getString("id")));
            }
        });
        each(
                receipt,
                "SELECT id, kind, state, created_at, settled_at, upstream_id, cause FROM item WHERE envelope_id = :id",
                rs -> {
                    parts.count(rs.getString("state"));
                    entries.add(new Story.Entry(
                            time(rs, "created_at"), "sending", "queued", rs.getString("kind"), rs.getString("id")));
                    if (rs.getString("state").equals("delivered")) {
                        entries.add(new Story.Entry(
                                time(rs, "settled_at"),
                                "smartmails",
                                "delivered",
                                "SmartMails took the " + rs.getString("kind"),
                                rs.getString("upstream_id")));
                    }
                    if (rs.getString("state").equals("dropped")) {
                        entries.add(new Story.Entry(
                                time(rs, "settled_at"),
                                "sending",
                                "dropped",
                                rs.getString("cause"),
                                rs.getString("id")));
                    }
                });
        each(receipt, "SELECT at, stage, what, detail, ref FROM timeline WHERE envelope_id = :id ORDER BY id", rs -> {
            entries.add(new Story.Entry(
                    time(rs, "at"),
                    rs.getString("stage"),
                    rs.getString("what"),
                    rs.getString("detail"),
                    rs.getString("ref")));
        });
        entries.sort(Comparator.comparing(Story.Entry::at));
        return new Story(receipt, connection, topic, receivedAt, parts.fate(), List.copyOf(entries));
    }

    private void each(String receipt, String sql, RowCallbackHandler row) {
        database.read().sql(sql).param("id", receipt).query(row);
    }

    private static Instant time(ResultSet rs, String column) throws SQLException {
        return Instant.ofEpochMilli(rs.getLong(column));
    }

    /** The same rule as the counts: worst part first. */
    private static final class Parts {
        private boolean dead;
        private boolean waiting;
        private boolean delivered;

        void count(String state) {
            dead |= state.equals("dead");
            waiting |= state.equals("waiting");
            delivered |= state.equals("delivered");
        }

        String fate() {
            return dead ? "dead" : waiting ? "waiting" : delivered ? "delivered" : "dropped";
        }
    }
}

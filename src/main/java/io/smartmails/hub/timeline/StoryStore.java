// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.timeline;

import io.smartmails.db.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
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
        return head(receipt).map(head -> withBatch(tell(receipt, head)));
    }

    private Optional<Head> head(String receipt) {
        return database.read()
                .sql("SELECT connection, topic, received_at, state, settled_at FROM envelope WHERE id = :id")
                .param("id", receipt)
                .query((rs, n) -> new Head(
                        rs.getString("connection"),
                        rs.getString("topic"),
                        time(rs, "received_at"),
                        rs.getString("state"),
                        time(rs, "settled_at")))
                .optional();
    }

    private record Head(String connection, String topic, Instant receivedAt, String state, Instant settledAt) {}

    /** The receipt of a batch is that of its first envelope; it tells what became of the others too. */
    private Story withBatch(Story story) {
        List<Story.Entry> entries = new ArrayList<>(story.entries());
        for (Story.Entry batch : story.entries()) {
            if (batch.what().equals("batch")) {
                Arrays.stream(batch.detail().split("[ ,]+"))
                        .filter(word -> word.startsWith("env_") && !word.equals(story.receipt()))
                        .forEach(id -> head(id).map(head -> tell(id, head))
                                .ifPresent(other -> entries.add(new Story.Entry(
                                        batch.at(), "intake", "batch-member", id + ": " + other.fate(), id))));
            }
        }
        return new Story(story.receipt(), story.connection(), story.topic(), story.receivedAt(), story.fate(), entries);
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

    private Story tell(String receipt, Head head) {
        var parts = new Parts();
        List<Story.Entry> entries = new ArrayList<>();
        entries.add(new Story.Entry(
                head.receivedAt(),
                "intake",
                "accepted",
                head.topic() + " from " + head.connection() + ", journalled",
                receipt));
        parts.count(head.state());
        if (head.state().equals("no-event")) {
            entries.add(new Story.Entry(
                    head.settledAt(),
                    "routing",
                    "no-event",
                    "the mapping makes no event of it, such as when it names no address; the payload is kept",
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
                "SELECT id, kind, state, batch_key, due_at, attempts, created_at, settled_at, upstream_id, cause FROM item WHERE envelope_id = :id",
                rs -> {
                    parts.count(rs.getString("state"));
                    entries.add(new Story.Entry(
                            time(rs, "created_at"), "sending", "queued", rs.getString("kind"), rs.getString("id")));
                    boolean sandbox = rs.getString("batch_key").equals("settled-here");
                    if (sandbox) {
                        entries.add(new Story.Entry(
                                time(rs, "created_at"),
                                "intake",
                                "sandbox",
                                "made with a test key or marked sandbox: it does not leave",
                                rs.getString("id")));
                    }
                    if (rs.getString("state").equals("delivered") && !sandbox) {
                        entries.add(new Story.Entry(
                                time(rs, "settled_at"),
                                "smartmails",
                                "delivered",
                                "SmartMails took the " + rs.getString("kind"),
                                rs.getString("upstream_id")));
                    }
                    if (rs.getString("state").equals("waiting") && rs.getString("cause") != null) {
                        entries.add(new Story.Entry(
                                time(rs, "created_at"),
                                "sending",
                                "waiting",
                                "tried " + rs.getInt("attempts") + " time(s), next at " + time(rs, "due_at") + ": "
                                        + rs.getString("cause"),
                                rs.getString("id")));
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
        return new Story(
                receipt, head.connection(), head.topic(), head.receivedAt(), parts.fate(), List.copyOf(entries));
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

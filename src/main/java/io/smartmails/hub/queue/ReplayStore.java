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

/** Replays of many rows: previewed, under way, done. */
public final class ReplayStore {
    private static final String LETTERS = "dead-letters";
    private static final RowMapper<ReplayJob> ROW = (rs, n) -> {
        boolean letters = rs.getString("kind").equals(LETTERS);
        long ended = rs.getLong("ended_at");
        return new ReplayJob(
                rs.getString("id"),
                ReplayJob.State.valueOf(rs.getString("state").toUpperCase(Locale.ROOT)),
                letters ? Json.read(rs.getString("filter"), DeadLetterFilter.class) : null,
                letters ? null : Json.read(rs.getString("filter"), EventFilter.class),
                rs.getString("again"),
                rs.getString("reason"),
                rs.getString("key_id"),
                Instant.ofEpochMilli(rs.getLong("cutoff")),
                rs.getString("position"),
                rs.getLong("total"),
                rs.getLong("done"),
                rs.getLong("failed"),
                Instant.ofEpochMilli(rs.getLong("created_at")),
                ended == 0 ? null : Instant.ofEpochMilli(ended));
    };

    private final Database database;
    private final InstantSource clock;

    public ReplayStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    public void add(Tx tx, ReplayJob job) {
        tx.jdbc()
                .sql(
                        "INSERT INTO replay (id, account, kind, filter, again, reason, key_id, state, cutoff, position, total,"
                                + " done, failed, created_at) VALUES (:id, :account, :kind, :filter, :again, :reason, :key, :state,"
                                + " :cutoff, :position, :total, :done, :failed, :created)")
                .param("id", job.id())
                .param("account", Account.MAIN)
                .param("kind", job.events() == null ? LETTERS : "events")
                .param("filter", Json.write(job.events() == null ? job.deadLetters() : job.events()))
                .param("again", job.again())
                .param("reason", job.reason())
                .param("key", job.keyId())
                .param("state", job.state().name().toLowerCase(Locale.ROOT))
                .param("cutoff", job.cutoff().toEpochMilli())
                .param("position", job.position())
                .param("total", job.total())
                .param("done", job.done())
                .param("failed", job.failed())
                .param("created", job.createdAt().toEpochMilli())
                .update();
    }

    public Optional<ReplayJob> find(String id) {
        return database.read()
                .sql("SELECT * FROM replay WHERE id = :id")
                .param("id", id)
                .query(ROW)
                .optional();
    }

    /** Newest first, previews left out. */
    public List<ReplayJob> latest(int limit) {
        return database.read()
                .sql("SELECT * FROM replay WHERE state <> 'previewed' ORDER BY id DESC LIMIT :limit")
                .param("limit", limit)
                .query(ROW)
                .list();
    }

    /** @return false when it is not a mere preview any more: somebody said go before */
    public boolean go(Tx tx, String id) {
        return tx.jdbc()
                        .sql("UPDATE replay SET state = 'running' WHERE id = :id AND state = 'previewed'")
                        .param("id", id)
                        .update()
                == 1;
    }

    /** The one that was said go to first. */
    Optional<ReplayJob> next() {
        return database.read()
                .sql("SELECT * FROM replay WHERE state = 'running' ORDER BY id LIMIT 1")
                .query(ROW)
                .optional();
    }

    /** Saved in the commit that holds the chunk: after a crash it goes on exactly there. */
    void progress(Tx tx, String id, long done, long failed, String position) {
        tx.jdbc()
                .sql(
                        "UPDATE replay SET done = done + :done, failed = failed + :failed, position = :position WHERE id = :id")
                .param("done", done)
                .param("failed", failed)
                .param("position", position)
                .param("id", id)
                .update();
    }

    /** What it did not find any more counts as failed. */
    void end(Tx tx, String id) {
        tx.jdbc()
                .sql("UPDATE replay SET state = 'done', ended_at = :now,"
                        + " failed = CASE WHEN total > done THEN total - done ELSE failed END WHERE id = :id")
                .param("now", clock.millis())
                .param("id", id)
                .update();
    }

    /** @return how many went: previews after an hour, the others after {@code kept} */
    int forget(Tx tx, Duration previews, Duration kept) {
        Instant now = clock.instant();
        return tx.jdbc()
                .sql("DELETE FROM replay WHERE (state = 'previewed' AND created_at < :previews)"
                        + " OR (state = 'done' AND ended_at < :kept)")
                .param("previews", now.minus(previews).toEpochMilli())
                .param("kept", now.minus(kept).toEpochMilli())
                .update();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.db.Database;
import io.smartmails.hub.audit.AuditLog;
import io.smartmails.hub.queue.DeadLetterFilter;
import io.smartmails.hub.queue.EventFilter;
import io.smartmails.hub.queue.Forecast;
import io.smartmails.hub.queue.Forecaster;
import io.smartmails.hub.queue.ReplayJob;
import io.smartmails.hub.queue.ReplayStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Replays of many rows: first what they would come to, then go. */
final class BulkReplay {
    private static final Duration PREVIEW_HOLDS = Duration.ofHours(1);

    /** @param job waits for somebody to say go */
    record Preview(ReplayJob job, Forecast forecast) {
        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("matched", forecast.matched());
            json.put("will_send", forecast.willSend());
            json.put("past_deadline", forecast.pastDeadline());
            json.put("already_mailed", forecast.alreadyMailed());
            json.put("contacts", forecast.contacts());
            json.put("still_failing", forecast.stillFailing());
            json.put("cannot_tell", forecast.unknown());
            json.put("estimated", forecast.estimated());
            json.put("forced", job.again() != null);
            json.put("sentence", forecast.sentence());
            json.put("preview_token", job.id());
            json.put("expires_at", job.createdAt().plus(PREVIEW_HOLDS));
            return json;
        }
    }

    private final Database database;
    private final ReplayStore replays;
    private final Forecaster forecaster;
    private final AuditLog audit;
    private final Wakeup worker;
    private final InstantSource clock;
    private final Ids ids;

    BulkReplay(
            Database database,
            ReplayStore replays,
            Forecaster forecaster,
            AuditLog audit,
            Wakeup worker,
            InstantSource clock,
            Ids ids) {
        this.database = database;
        this.replays = replays;
        this.forecaster = forecaster;
        this.audit = audit;
        this.worker = worker;
        this.clock = clock;
        this.ids = ids;
    }

    /** Changes nothing but for the preview itself, which {@link #go} takes. What dies later is not part of it. */
    Preview preview(DeadLetterFilter filter, boolean force, String reason, Actor actor) {
        Replay.requireReason(force, reason);
        Instant now = clock.instant();
        String id = ids.next("rpl");
        String again = force ? id : null;
        return keep(id, filter, null, again, reason, actor, now, forecaster.of(filter, now, again));
    }

    /** @throws ProblemException {@code not_found} when one event is wanted that is not there */
    Preview preview(EventFilter wanted, boolean force, String reason, Actor actor) {
        Replay.requireReason(force, reason);
        if (wanted.id() == null && wanted.since() == null) {
            throw Input.wrong("/event", "say which: an event, a receipt, or since");
        }
        Instant now = clock.instant();
        Instant end = now.plusMillis(1);
        var filter = new EventFilter(
                wanted.id(),
                wanted.connection(),
                wanted.type(),
                wanted.since(),
                wanted.until() == null || wanted.until().isAfter(end) ? end : wanted.until());
        String id = ids.next("rpl");
        String again = force ? id : null;
        Forecast forecast = forecaster.of(filter, again);
        if (filter.id() != null && forecast.matched() == 0) {
            throw Problem.of(
                            ProblemCode.NOT_FOUND,
                            "There is no such event, and no receipt with events, of that id. A receipt whose translation"
                                    + " failed is a dead letter; a message of an application has no events.")
                    .asException();
        }
        return keep(id, null, filter, again, reason, actor, now, forecast);
    }

    private Preview keep(
            String id,
            DeadLetterFilter letters,
            EventFilter events,
            String again,
            String reason,
            Actor actor,
            Instant now,
            Forecast forecast) {
        var job = new ReplayJob(
                id,
                ReplayJob.State.PREVIEWED,
                letters,
                events,
                again,
                Replay.shortened(reason),
                actor.keyId(),
                now,
                null,
                forecast.matched(),
                0,
                0,
                now,
                null);
        database.write(tx -> {
            replays.add(tx, job);
            return null;
        });
        return new Preview(job, forecast);
    }

    /**
     * Starts what was previewed. Saying it twice starts it once.
     *
     * @throws ProblemException {@code not_found}; {@code invalid_state} for a preview of more than an hour ago
     */
    ReplayJob go(String token, Actor actor) {
        ReplayJob job = find(token);
        if (job.state() == ReplayJob.State.PREVIEWED) {
            if (job.createdAt().plus(PREVIEW_HOLDS).isBefore(clock.instant())) {
                throw Problem.of(
                                ProblemCode.INVALID_STATE,
                                "The preview is more than an hour old and may not be true any more; look again first.")
                        .asException();
            }
            database.write(tx -> {
                if (replays.go(tx, token)) {
                    Map<String, Object> after = new TreeMap<>();
                    after.put("what", job.events() == null ? "dead-letters" : "events");
                    after.put("total", job.total());
                    after.put("forced", job.again() != null);
                    audit.append(tx, actor.did("replay.start", token, Map.of(), after));
                }
                return null;
            });
            worker.signal();
        }
        return find(token);
    }

    ReplayJob find(String id) {
        return replays.find(id)
                .orElseThrow(() -> Problem.of(
                                ProblemCode.NOT_FOUND, "There is no replay or preview with this id (any more).")
                        .asException());
    }

    List<ReplayJob> latest(int limit) {
        return replays.latest(limit);
    }

    static Map<String, Object> json(ReplayJob job) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", job.id());
        json.put("what", job.events() == null ? "dead-letters" : "events");
        json.put("state", job.state().name().toLowerCase(Locale.ROOT));
        json.put("total", job.total());
        json.put("done", job.done());
        json.put("failed", job.failed());
        json.put("forced", job.again() != null);
        json.put("reason", job.reason());
        json.put("key_id", job.keyId());
        json.put("created_at", job.createdAt());
        json.put("ended_at", job.endedAt());
        return json;
    }
}

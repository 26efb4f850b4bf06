// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Alerts: raised by any part of the hub, one per type and subject until somebody resolves it, told to people once and again
 * when it gets worse. An attack from thousands of addresses makes neither thousands of alerts nor thousands of mails: above
 * {@value #SUBJECTS} unresolved alerts of a type the rest share one, and a type tells people of {@value #TOLD_PER_HOUR} in an
 * hour at most.
 */
public final class Alerts implements AlertsView {
    static final int SUBJECTS = 200;
    static final int TOLD_PER_HOUR = 20;
    /** Subject of the alert that stands for all above the limit. */
    static final String OTHERS = "others";

    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
    private static final int SUBJECT_CHARS = 200;
    private static final int NOTE_CHARS = 1_000;
    private static final Set<String> STATES = Set.of("open", "acknowledged", "resolved");

    private final Database database;
    private final AlertStore store;
    private final AlertNotices notices;
    private final Predicate<String> webhookExists;
    private final AuditLog audit;
    private final InstantSource clock;
    private final Ids ids;
    private final SlidingCount told = new SlidingCount();

    Alerts(
            Database database,
            AlertNotices notices,
            Predicate<String> webhookExists,
            AuditLog audit,
            InstantSource clock,
            Ids ids) {
        this.database = database;
        this.store = new AlertStore(database);
        this.notices = notices;
        this.webhookExists = webhookExists;
        this.audit = audit;
        this.clock = clock;
        this.ids = ids;
    }

    /** Raises an alert in a commit of its own; not from inside another one. */
    public void raise(AlertType type, String subject, Map<String, ?> detail) {
        database.write(tx -> {
            raise(tx, Cause.of(type, subject, detail));
            return null;
        });
    }

    /** Raises an alert soon; never waits and never throws, so it may be called from anywhere, inside a commit too. */
    public void raiseSoon(Cause cause) {
        database.writeAsync(tx -> {
                    raise(tx, cause);
                    return null;
                })
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.error("Alert {} of {} was not raised", cause.type().code(), cause.subject(), failure);
                    }
                });
    }

    /** Raises an alert in the caller's commit; nothing happens when its rule is switched off. */
    public void raise(Tx tx, Cause cause) {
        AlertRule rule = AlertRuleStore.all(tx.jdbc()).get(cause.type());
        if (!rule.enabled()) {
            return;
        }
        Instant now = clock.instant();
        String subject = cause.subject().length() > SUBJECT_CHARS
                ? cause.subject().substring(0, SUBJECT_CHARS)
                : cause.subject();
        if (store.unresolved(tx, cause.type()) >= SUBJECTS && !store.isUnresolved(tx, cause.type(), subject)) {
            subject = OTHERS;
        }
        Alert alert = store.raise(tx, ids.next("alt"), cause, subject, now);
        if (store.tell(tx, alert)) {
            audit.append(
                    tx,
                    AuditActor.HUB.did(
                            "alert.raise",
                            alert.id(),
                            Map.of(),
                            Map.of("type", alert.type().code(), "subject", subject, "level", alert.level())));
            if (told.add(alert.type().code(), 1, now, Duration.ofHours(1)) <= TOLD_PER_HOUR) {
                notices.tell(tx, alert, rule, now);
            }
        }
    }

    /** The cause went away by itself: its alert is resolved. */
    public void clear(Tx tx, AlertType type, String subject, String note) {
        store.clear(tx, type, subject, note, clock.instant());
    }

    @Override
    public List<Alert> alerts(String state, int limit) {
        if (state != null && !STATES.contains(state)) {
            throw Problem.of(ProblemCode.INVALID_PARAMETER, "status is open, acknowledged or resolved")
                    .asException();
        }
        return store.list(state, limit);
    }

    @Override
    public long unresolved() {
        return store.unresolved();
    }

    @Override
    public List<AlertRule> rules() {
        return List.copyOf(AlertRuleStore.all(database.read()).values());
    }

    /** Rules by type, as they are now. */
    Map<AlertType, AlertRule> rulesByType() {
        return AlertRuleStore.all(database.read());
    }

    /**
     * Acknowledges or resolves.
     *
     * @param state {@code acknowledged} or {@code resolved}
     * @param note why, at most 1,000 characters; null keeps the one there is
     * @throws io.smartmails.problem.ProblemException 404 {@code not_found}, 409 {@code invalid_state} when it is resolved,
     *     422 {@code validation_failed}
     */
    public Alert change(String id, String state, String note, AuditActor actor) {
        if (!"acknowledged".equals(state) && !"resolved".equals(state)) {
            throw invalid("/status", state == null ? "required" : "unknown", "acknowledged or resolved");
        }
        if (note != null && note.length() > NOTE_CHARS) {
            throw invalid("/note", "length", "at most " + NOTE_CHARS + " characters");
        }
        Alert before = find(id);
        boolean changed = database.write(tx -> {
            if (!store.change(tx, id, state, note, actor.id(), clock.instant())) {
                return false;
            }
            audit.append(
                    tx, actor.did("alert." + state, id, Map.of("status", before.state()), Map.of("status", state)));
            return true;
        });
        if (!changed) {
            throw Problem.of(
                            ProblemCode.INVALID_STATE,
                            "It is resolved already; if the cause comes back there will be a new alert.")
                    .with("state", "resolved")
                    .asException();
        }
        return find(id);
    }

    public Alert find(String id) {
        return store.find(id)
                .orElseThrow(() -> Problem.of(
                                ProblemCode.NOT_FOUND,
                                "There is no alert with this id; GET /admin/v1/security-alerts lists them.")
                        .asException());
    }

    /**
     * Changes rules; all of them or, when one is wrong, none.
     *
     * @param body {@code {"rules": [{"type", "enabled", "threshold", "window", "notify": {"emails", "webhook_id"}}]}}
     * @throws io.smartmails.problem.ProblemException 422 with a pointer to each wrong place
     */
    public List<AlertRule> changeRules(Map<String, Object> body, AuditActor actor) {
        Map<AlertType, AlertRule> present = rulesByType();
        List<AlertRule> rules = AlertRuleChanges.read(body, present, webhookExists);
        database.write(tx -> {
            for (AlertRule rule : rules) {
                AlertRuleStore.save(tx, rule);
                audit.append(
                        tx,
                        actor.did(
                                "alert-rule.change",
                                rule.type().code(),
                                audited(present.get(rule.type())),
                                audited(rule)));
            }
            return null;
        });
        return rules();
    }

    private static Map<String, Object> audited(AlertRule rule) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("enabled", rule.enabled());
        members.put("threshold", rule.threshold());
        members.put("window", rule.window() == null ? null : rule.window().toString());
        members.put("emails", rule.emails().size());
        members.put("webhook_id", rule.webhookId());
        return members;
    }

    private static RuntimeException invalid(String pointer, String code, String detail) {
        return Problem.of(ProblemCode.VALIDATION_FAILED, "1 field is wrong")
                .withError(pointer, code, detail)
                .asException();
    }
}

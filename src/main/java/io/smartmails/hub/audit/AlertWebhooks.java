// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Database;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The receivers of alerts, administered. A secret is shown once, when it is made. */
public final class AlertWebhooks {
    private static final int MOST = 40;
    private static final Duration USUAL_GRACE = Duration.ofHours(24);
    private static final Duration LONGEST_GRACE = Duration.ofDays(30);

    private final Database database;
    private final AlertWebhookStore store;
    private final WebhookTarget target;
    private final Secrets secrets;
    private final AuditLog audit;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final Ids ids;
    private final Wakeup deliveries;

    AlertWebhooks(
            Database database,
            AlertWebhookStore store,
            WebhookTarget target,
            Secrets secrets,
            AuditLog audit,
            RandomGenerator random,
            InstantSource clock,
            Ids ids,
            Wakeup deliveries) {
        this.database = database;
        this.store = store;
        this.target = target;
        this.secrets = secrets;
        this.audit = audit;
        this.random = random;
        this.clock = clock;
        this.ids = ids;
        this.deliveries = deliveries;
    }

    /** @param secret {@code whsec_...}, this once */
    public record Made(AlertWebhook webhook, String secret) {}

    public List<AlertWebhook> list() {
        return store.list();
    }

    public AlertWebhook find(String id) {
        return store.find(id)
                .orElseThrow(() -> Problem.of(
                                ProblemCode.NOT_FOUND,
                                "There is no webhook with this id; GET /admin/v1/alert-webhooks lists them.")
                        .asException());
    }

    /** Newest first. */
    public List<AlertDelivery> deliveries(String id, int limit) {
        return store.deliveries(find(id).id(), limit);
    }

    /** @throws io.smartmails.problem.ProblemException 422 when the URL is malformed or leads inside */
    public Made create(String url, AuditActor actor) {
        target.malformed(url).ifPresent(reason -> {
            throw invalid("/url", "invalid_url", reason);
        });
        target.refusedAtFirst(URI.create(url)).ifPresent(reason -> {
            throw invalid("/url", "target_refused", reason);
        });
        if (store.list().size() >= MOST) {
            throw invalid("/url", "limit", "there are " + MOST + " webhooks already; delete one first");
        }
        String secret = WebhookSignature.newSecret(random);
        var webhook = new AlertWebhook(
                ids.next("whk"),
                url,
                SealedText.seal(secrets, secret),
                null,
                null,
                true,
                null,
                null,
                Instant.ofEpochMilli(clock.millis()),
                actor.id());
        database.write(tx -> {
            store.insert(tx, webhook);
            audit.append(
                    tx,
                    actor.did(
                            "alert-webhook.create",
                            webhook.id(),
                            Map.of(),
                            Map.of("host", URI.create(url).getHost())));
            return null;
        });
        return new Made(webhook, secret);
    }

    /** What was still to be delivered to it goes with it; rules that named it tell every webhook. */
    public void delete(String id, AuditActor actor) {
        AlertWebhook webhook = find(id);
        database.write(tx -> {
            if (store.delete(tx, id)) {
                AlertRuleStore.forgetWebhook(tx, id);
                audit.append(
                        tx,
                        actor.did(
                                "alert-webhook.delete",
                                id,
                                Map.of("host", URI.create(webhook.url()).getHost()),
                                Map.of()));
            }
            return null;
        });
    }

    /**
     * Gives it a new secret; until the grace is over deliveries carry a signature by each.
     *
     * @param grace ISO 8601 duration of 0 to 30 days; null = 24 hours
     */
    public Made roll(String id, String grace, AuditActor actor) {
        find(id);
        Duration kept = grace(grace);
        Instant until = kept.isZero() ? null : clock.instant().plus(kept);
        String secret = WebhookSignature.newSecret(random);
        String encrypted = SealedText.seal(secrets, secret);
        database.write(tx -> {
            store.roll(tx, id, encrypted, until);
            audit.append(tx, actor.did("alert-webhook.roll", id, Map.of(), Map.of("grace", kept.toString())));
            return null;
        });
        return new Made(find(id), secret);
    }

    private static Duration grace(String grace) {
        if (grace == null) {
            return USUAL_GRACE;
        }
        try {
            Duration kept = Duration.parse(grace);
            if (!kept.isNegative() && kept.compareTo(LONGEST_GRACE) <= 0) {
                return kept;
            }
        } catch (DateTimeException | ArithmeticException e) {
            // told below, in the same words
        }
        throw invalid("/grace", "invalid_duration", "an ISO 8601 duration of 0 to 30 days, for example PT24H or P7D");
    }

    public AlertWebhook enable(String id, AuditActor actor) {
        AlertWebhook before = find(id);
        database.write(tx -> {
            store.enable(tx, id);
            audit.append(
                    tx,
                    actor.did(
                            "alert-webhook.enable", id, Map.of("enabled", before.enabled()), Map.of("enabled", true)));
            return null;
        });
        return find(id);
    }

    /** Sends an event of type {@code test} to it. */
    public AlertDelivery test(String id, AuditActor actor) {
        AlertWebhook webhook = find(id);
        if (!webhook.enabled()) {
            throw Problem.of(
                            ProblemCode.INVALID_STATE,
                            "The webhook is disabled (" + webhook.disabledReason() + "); POST /admin/v1/alert-webhooks/"
                                    + id + "/enable first.")
                    .with("state", "disabled")
                    .asException();
        }
        Instant now = Instant.ofEpochMilli(clock.millis());
        String event = ids.next("evt");
        String delivery = ids.next("dlv");
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", event);
        body.put("type", "test");
        body.put("timestamp", now.toString());
        body.put("data", Map.of("webhook_id", id));
        String json = Json.write(body);
        database.write(tx -> {
            store.addDelivery(tx, delivery, id, event, json, now);
            audit.append(tx, actor.did("alert-webhook.test", id, Map.of(), Map.of("delivery", delivery)));
            return null;
        });
        deliveries.signal();
        return new AlertDelivery(delivery, id, event, json, "waiting", now, 0, now, null);
    }

    private static RuntimeException invalid(String pointer, String code, String detail) {
        return Problem.of(ProblemCode.VALIDATION_FAILED, "1 field is wrong; nothing was changed")
                .withError(pointer, code, detail)
                .asException();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.queue.Worker;
import io.smartmails.hub.secret.Secrets;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Posts alerts to webhooks, several at a time. A 2xx within 15 s is success; everything else, redirects included, is tried
 * again on the {@link RetryLadder}; 410 disables the webhook at once, five days without a success in the end.
 */
final class AlertDeliveryWorker extends Worker {
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Duration GIVE_UP = Duration.ofDays(5);
    private static final int AT_ONCE = 16;
    private static final int GONE = 410;
    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;

    private final Database database;
    private final AlertWebhookStore store;
    private final WebhookTarget target;
    private final Secrets secrets;
    private final RetryLadder ladder;
    private final Alerts alerts;
    private final InstantSource clock;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(ANSWER_WITHIN)
            .build();

    AlertDeliveryWorker(
            Database database,
            AlertWebhookStore store,
            WebhookTarget target,
            Secrets secrets,
            RetryLadder ladder,
            Alerts alerts,
            InstantSource clock,
            Wakeup wakeup) {
        super("alert-deliveries", wakeup, IDLE);
        this.database = database;
        this.store = store;
        this.target = target;
        this.secrets = secrets;
        this.ladder = ladder;
        this.alerts = alerts;
        this.clock = clock;
    }

    /** @param status 0 when there was no answer */
    private record Outcome(int status, Duration wish, String cause) {}

    private record Posted(AlertDelivery delivery, CompletableFuture<HttpResponse<Void>> answer) {}

    @Override
    protected boolean step() {
        if (!store.hasDue(clock.instant())) {
            return false;
        }
        List<Posted> posted = new ArrayList<>();
        for (AlertDelivery delivery : store.claim(clock.instant(), LEASE, AT_ONCE)) {
            Optional<AlertWebhook> webhook = store.find(delivery.webhookId());
            if (webhook.isPresent()) {
                posted.add(new Posted(delivery, post(webhook.get(), delivery)));
            }
        }
        long start = System.nanoTime();
        for (Posted one : posted) {
            Duration left = ANSWER_WITHIN.minusNanos(System.nanoTime() - start);
            Outcome outcome = await(one.answer(), left);
            database.write(tx -> {
                settle(tx, one.delivery(), outcome, clock.instant());
                return null;
            });
        }
        return !posted.isEmpty();
    }

    private CompletableFuture<HttpResponse<Void>> post(AlertWebhook webhook, AlertDelivery delivery) {
        URI uri = URI.create(webhook.url());
        Optional<String> refused = target.refused(uri);
        if (refused.isPresent()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(refused.get()));
        }
        long timestamp = clock.instant().getEpochSecond();
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(ANSWER_WITHIN)
                .header("Content-Type", "application/json")
                .header("User-Agent", "SmartMails-Hub")
                .header("webhook-id", delivery.eventId())
                .header("webhook-timestamp", Long.toString(timestamp))
                .header("webhook-signature", signatures(webhook, delivery, timestamp))
                .POST(HttpRequest.BodyPublishers.ofString(delivery.body()))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.discarding());
    }

    private String signatures(AlertWebhook webhook, AlertDelivery delivery, long timestamp) {
        String signature = WebhookSignature.sign(
                SealedText.open(secrets, webhook.secret()), delivery.eventId(), timestamp, delivery.body());
        if (webhook.previousUntil() == null || !webhook.previousUntil().isAfter(clock.instant())) {
            return signature;
        }
        return signature + " "
                + WebhookSignature.sign(
                        SealedText.open(secrets, webhook.previousSecret()),
                        delivery.eventId(),
                        timestamp,
                        delivery.body());
    }

    private static Outcome await(CompletableFuture<HttpResponse<Void>> answer, Duration left) {
        try {
            HttpResponse<Void> response = answer.get(Math.max(0, left.toMillis()), TimeUnit.MILLISECONDS);
            return new Outcome(response.statusCode(), wish(response), "the answer was " + response.statusCode());
        } catch (TimeoutException e) {
            answer.cancel(true);
            return new Outcome(0, null, "no answer within " + ANSWER_WITHIN.toSeconds() + " s");
        } catch (ExecutionException e) {
            return new Outcome(0, null, "no answer: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.cancel(true);
            return new Outcome(0, null, "the hub was stopped");
        }
    }

    private static Duration wish(HttpResponse<?> response) {
        if (response.statusCode() != TOO_MANY && response.statusCode() != UNAVAILABLE) {
            return null;
        }
        return response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("\\d{1,6}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .orElse(null);
    }

    private void settle(Tx tx, AlertDelivery delivery, Outcome outcome, Instant now) {
        String webhook = delivery.webhookId();
        if (outcome.status() / 100 == 2) {
            store.settle(tx, delivery.id(), "delivered", null, now);
            store.failing(tx, webhook, null);
            alerts.clear(tx, AlertType.WEBHOOK_FAILING, webhook, "deliveries arrive again");
            return;
        }
        store.failing(tx, webhook, now);
        if (outcome.status() == GONE) {
            disable(tx, webhook, "the receiver answered 410 Gone", now);
            return;
        }
        if (store.failingSince(tx, webhook)
                .map(since -> since.plus(GIVE_UP).isBefore(now))
                .orElse(false)) {
            disable(tx, webhook, "nothing has arrived for 5 days; at last " + outcome.cause(), now);
            return;
        }
        ladder.next(delivery.attempts(), outcome.wish(), now)
                .ifPresentOrElse(at -> store.retry(tx, delivery.id(), at, outcome.cause()), () -> {
                    store.settle(tx, delivery.id(), "dead", outcome.cause(), now);
                    raise(tx, webhook, outcome.cause());
                });
    }

    private void disable(Tx tx, String webhook, String reason, Instant now) {
        store.disable(tx, webhook, reason, now);
        raise(tx, webhook, "disabled: " + reason);
    }

    private void raise(Tx tx, String webhook, String what) {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("webhook", webhook);
        detail.put("what", what);
        alerts.raise(tx, Cause.of(AlertType.WEBHOOK_FAILING, webhook, detail));
    }
}

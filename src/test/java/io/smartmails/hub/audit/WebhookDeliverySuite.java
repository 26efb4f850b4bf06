// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.smartmails.db.Database;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import io.smartmails.problem.ProblemException;
import io.smartmails.testkit.SettableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

abstract class WebhookDeliverySuite {
    private static final AuditActor ADMIN = new AuditActor("key_admin", "192.0.2.9", "req_9");

    private record Got(String id, String timestamp, String signature, String body) {}

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final List<Got> got = Collections.synchronizedList(new ArrayList<>());
    private final Deque<Integer> answers = new ArrayDeque<>();
    private Database database;
    private HttpServer server;
    private AlertWebhookStore store;
    private AlertWebhooks webhooks;
    private Alerts alerts;
    private AlertDeliveryWorker worker;

    abstract Database database(Path folder);

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            got.add(new Got(
                    exchange.getRequestHeaders().getFirst("webhook-id"),
                    exchange.getRequestHeaders().getFirst("webhook-timestamp"),
                    exchange.getRequestHeaders().getFirst("webhook-signature"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            int status = answers.isEmpty() ? 204 : answers.removeFirst();
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            exchange.getResponseHeaders().set("Retry-After", "600");
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        database = database(folder);
        wire(true);
    }

    private void wire(boolean allowPrivate) {
        var ids = new Ids(clock, new Random(1));
        var secrets = Secrets.open(folder.resolve("secrets"), new SecureRandom(), Optional.empty());
        var chain = new AuditChain(database, secrets, clock, ids);
        var target = new WebhookTarget(allowPrivate);
        store = new AlertWebhookStore(database);
        alerts = new Alerts(
                database,
                new AlertNotices(
                        new EnvelopeStore(database, clock),
                        new ItemStore(database, clock),
                        store,
                        List.of(),
                        URI.create("https://hub.example.com"),
                        new Wakeup(),
                        new Wakeup(),
                        ids),
                id -> store.find(id).isPresent(),
                chain,
                clock,
                ids);
        webhooks = new AlertWebhooks(
                database, store, target, secrets, chain, new SecureRandom(), clock, ids, new Wakeup());
        worker = new AlertDeliveryWorker(
                database, store, target, secrets, new RetryLadder(new Random(1)), alerts, clock, new Wakeup());
    }

    @AfterEach
    void close() {
        server.stop(0);
        database.close();
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/alerts";
    }

    private void workOff() {
        while (worker.step()) {
            // until nothing is due
        }
    }

    private AlertDelivery delivery(String webhook) {
        return store.deliveries(webhook, 1).get(0);
    }

    @Test
    void anAlertIsPostedSignedAndCanBeCheckedWithTheSecret() {
        AlertWebhooks.Made made = webhooks.create(url(), ADMIN);
        alerts.raise(AlertType.KEY_LEAKED, "key_1", Map.of("address", "192.0.2.1"));
        workOff();

        assertThat(got).singleElement().satisfies(post -> {
            assertThat(post.timestamp()).isEqualTo(Long.toString(clock.instant().getEpochSecond()));
            assertThat(post.signature())
                    .isEqualTo(WebhookSignature.sign(
                            made.secret(), post.id(), clock.instant().getEpochSecond(), post.body()));
            Map<String, Object> body = Json.map(post.body());
            assertThat(body).containsEntry("id", post.id()).containsEntry("type", "security.alert");
            assertThat(body.get("data").toString()).contains("key_leaked", "key_1", "192.0.2.1");
        });
        assertThat(delivery(made.webhook().id()).state()).isEqualTo("delivered");
        workOff();
        assertThat(got).hasSize(1);
    }

    @Test
    void theSecretIsStoredEncryptedAndNeverShownAgain() {
        AlertWebhooks.Made made = webhooks.create(url(), ADMIN);
        assertThat(made.secret()).matches("whsec_[A-Za-z0-9+/]{43}=");
        String stored = database.read()
                .sql("SELECT secret FROM alert_webhook")
                .query(String.class)
                .single();
        assertThat(stored).doesNotContain(made.secret().substring(6));
        assertThat(webhooks.find(made.webhook().id()).toString()).doesNotContain("whsec_");
    }

    @Test
    void whatFailsIsTriedAgainOnTheLadderUnderTheSameIdAcrossARestart() {
        String id = webhooks.create(url(), ADMIN).webhook().id();
        answers.addAll(List.of(500, 302, 404));
        alerts.raise(AlertType.KEY_LEAKED, "key_1", Map.of());
        workOff();
        assertThat(delivery(id).cause()).isEqualTo("the answer was 500");
        clock.advance(Duration.ofSeconds(6));
        workOff();
        assertThat(delivery(id).cause()).isEqualTo("the answer was 302");
        clock.advance(Duration.ofMinutes(4));
        workOff();
        assertThat(got).hasSize(2);
        wire(true);
        clock.advance(Duration.ofMinutes(2));
        workOff();
        clock.advance(Duration.ofMinutes(34));
        workOff();
        assertThat(got).hasSize(4);
        assertThat(got).extracting(Got::id).containsOnly(got.get(0).id());
        assertThat(delivery(id).state()).isEqualTo("delivered");
        assertThat(webhooks.find(id).failingSince()).isNull();
    }

    @Test
    void aReceiverThatAsksForAPauseGetsIt() {
        String id = webhooks.create(url(), ADMIN).webhook().id();
        answers.add(503);
        alerts.raise(AlertType.KEY_LEAKED, "key_1", Map.of());
        workOff();
        clock.advance(Duration.ofMinutes(9));
        workOff();
        assertThat(got).hasSize(1);
        clock.advance(Duration.ofMinutes(2));
        workOff();
        assertThat(delivery(id).state()).isEqualTo("delivered");
    }

    @Test
    void goneDisablesTheWebhookAndOthersAreTold() {
        String gone = webhooks.create(url(), ADMIN).webhook().id();
        answers.add(410);
        alerts.raise(AlertType.KEY_LEAKED, "key_1", Map.of());
        workOff();
        assertThat(webhooks.find(gone).enabled()).isFalse();
        assertThat(webhooks.find(gone).disabledReason()).contains("410");
        assertThat(delivery(gone).state()).isEqualTo("dropped");
        assertThat(alerts.alerts("open", 10))
                .anySatisfy(alert -> assertThat(alert.type()).isEqualTo(AlertType.WEBHOOK_FAILING));
        assertThatThrownBy(() -> webhooks.test(gone, ADMIN)).hasMessageContaining("invalid_state");

        webhooks.enable(gone, ADMIN);
        webhooks.test(gone, ADMIN);
        workOff();
        assertThat(got.get(got.size() - 1).body()).contains("\"type\":\"test\"");
        assertThat(alerts.alerts("open", 10))
                .noneSatisfy(alert -> assertThat(alert.type()).isEqualTo(AlertType.WEBHOOK_FAILING));
    }

    @Test
    void afterTheLastTryTheDeliveryIsDeadAndAfterFiveDaysTheWebhookIsDisabled() {
        String id = webhooks.create(url(), ADMIN).webhook().id();
        alerts.raise(AlertType.KEY_LEAKED, "key_1", Map.of());
        for (int i = 0; i < 10; i++) {
            answers.add(500);
            workOff();
            clock.advance(Duration.ofHours(27));
        }
        assertThat(got.size()).isLessThanOrEqualTo(10);
        assertThat(webhooks.find(id).enabled()).isFalse();
        assertThat(webhooks.find(id).disabledReason()).contains("5 days");
    }

    @Test
    void aRolledSecretSignsBesideTheOldOneUntilTheGraceIsOver() {
        AlertWebhooks.Made old = webhooks.create(url(), ADMIN);
        AlertWebhooks.Made fresh = webhooks.roll(old.webhook().id(), "PT1H", ADMIN);
        webhooks.test(old.webhook().id(), ADMIN);
        workOff();
        Got post = got.get(0);
        long at = clock.instant().getEpochSecond();
        assertThat(post.signature().split(" "))
                .containsExactly(
                        WebhookSignature.sign(fresh.secret(), post.id(), at, post.body()),
                        WebhookSignature.sign(old.secret(), post.id(), at, post.body()));

        clock.advance(Duration.ofHours(1));
        webhooks.test(old.webhook().id(), ADMIN);
        workOff();
        assertThat(got.get(1).signature().split(" ")).hasSize(1);
        assertThatThrownBy(() -> webhooks.roll(old.webhook().id(), "P31D", ADMIN))
                .hasMessageContaining("validation_failed");
    }

    @Test
    void addressesInsideAreRefusedWhenMadeAndAtEachTry() {
        String id = webhooks.create(url(), ADMIN).webhook().id();
        wire(false);
        for (String url : List.of(
                "http://example.com/hook",
                "https://127.0.0.1/",
                "https://localhost:8080/",
                "https://10.1.2.3/",
                "https://169.254.169.254/latest/meta-data",
                "https://[::1]/",
                "https://[fd00::1]/",
                "https://[::ffff:192.168.1.1]/",
                "https://user:secret@example.com/",
                "ftp://example.com/",
                "https:///x",
                "no url")) {
            assertThatThrownBy(() -> webhooks.create(url, ADMIN))
                    .as(url)
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            e -> assertThat(e.problem().errors().get(0).pointer())
                                    .isEqualTo("/url"));
        }
        webhooks.test(id, ADMIN);
        workOff();
        assertThat(got).isEmpty();
        assertThat(delivery(id).cause()).contains("address inside");
    }

    @Test
    void aDeletedWebhookGetsNothingMore() {
        String id = webhooks.create(url(), ADMIN).webhook().id();
        alerts.changeRules(
                Map.of("rules", List.of(Map.of("type", "key_leaked", "notify", Map.of("webhook_id", id)))), ADMIN);
        alerts.raise(AlertType.KEY_LEAKED, "key_1", Map.of());
        webhooks.delete(id, ADMIN);
        workOff();
        assertThat(got).isEmpty();
        assertThat(alerts.rulesByType().get(AlertType.KEY_LEAKED).webhookId()).isNull();
        assertThatThrownBy(() -> webhooks.find(id)).hasMessageContaining("not_found");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartmails.db.Database;
import io.smartmails.hub.audit.SecurityEvent.Kind;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import io.smartmails.problem.ProblemException;
import io.smartmails.testkit.SettableClock;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From what the front door notices to what people are told. */
abstract class AlertsSuite {
    private static final String OPS = "ops@example.com";
    private static final AuditActor ADMIN = new AuditActor("key_admin", "192.0.2.9", "req_9");

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private Database database;
    private Ids ids;
    private AuditChain chain;
    private AlertWebhookStore webhooks;
    private Alerts alerts;
    private Noticeboard board;
    private SecurityRecorder recorder;

    abstract Database database(Path folder);

    @BeforeEach
    void open() {
        database = database(folder);
        ids = new Ids(clock, new Random(1));
        chain = new AuditChain(
                database, Secrets.open(folder.resolve("secrets"), new SecureRandom(), Optional.empty()), clock, ids);
        webhooks = new AlertWebhookStore(database);
        start();
    }

    /** As a restart would: nothing but the database is left. */
    private void start() {
        alerts = new Alerts(
                database,
                new AlertNotices(
                        new EnvelopeStore(database, clock),
                        new ItemStore(database, clock),
                        webhooks,
                        List.of(OPS),
                        URI.create("https://hub.example.com"),
                        new Wakeup(),
                        new Wakeup(),
                        ids),
                id -> webhooks.find(id).isPresent(),
                chain,
                clock,
                ids);
        board = new Noticeboard();
        recorder = new SecurityRecorder(board, database, chain, alerts, clock);
        recorder.remember();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void report(Kind kind, String keyId, String address, String detail, int times) {
        for (int i = 0; i < times; i++) {
            board.report(new SecurityEvent(kind, keyId, address, detail, "req_" + i));
        }
        recorder.step();
    }

    private List<Alert> open(AlertType type) {
        return alerts.alerts("open", 1_000).stream()
                .filter(alert -> alert.type() == type)
                .toList();
    }

    private long mails() {
        return database.read()
                .sql("SELECT COUNT(*) FROM item WHERE kind = 'send'")
                .query(Long.class)
                .single();
    }

    private List<AuditEvent> audited(String action) {
        return chain.find(new AuditView.Query(null, action, null, null, null, 1_000, null))
                .events();
    }

    @Test
    void twentyFailuresOfAnAddressWithinFiveMinutesAreAnAlertNineteenAreNone() {
        report(Kind.KEY_REFUSED, null, "192.0.2.1", "unknown_key", 19);
        report(Kind.KEY_REFUSED, null, "192.0.2.2", "unknown_key", 19);
        assertThat(open(AlertType.AUTH_FAILURES)).isEmpty();
        clock.advance(Duration.ofMinutes(5));
        report(Kind.KEY_REFUSED, null, "192.0.2.1", "unknown_key", 1);
        assertThat(open(AlertType.AUTH_FAILURES)).isEmpty();
        report(Kind.KEY_REFUSED, null, "192.0.2.1", "malformed_key", 19);

        assertThat(open(AlertType.AUTH_FAILURES)).singleElement().satisfies(alert -> {
            assertThat(alert.subject()).isEqualTo("192.0.2.1");
            assertThat(alert.times()).isEqualTo(20);
            assertThat(alert.detail()).containsEntry("address", "192.0.2.1").containsEntry("count", 20);
        });
    }

    @Test
    void anIpv6HostThatWandersInItsNetworkIsOneAddress() {
        for (int i = 0; i < 20; i++) {
            report(Kind.KEY_REFUSED, null, "2001:db8:1:2::" + Integer.toHexString(i + 1), "unknown_key", 1);
        }
        assertThat(open(AlertType.AUTH_FAILURES)).extracting(Alert::subject).containsExactly("2001:db8:1:2:0:0:0:0/64");
    }

    @Test
    void windowsSurviveARestartAndNothingIsToldTwice() {
        report(Kind.KEY_REFUSED, null, "192.0.2.1", "unknown_key", 15);
        clock.advance(Duration.ofMinutes(1));
        start();
        report(Kind.KEY_REFUSED, null, "192.0.2.1", "unknown_key", 5);
        assertThat(open(AlertType.AUTH_FAILURES)).hasSize(1);
        assertThat(mails()).isEqualTo(1);
        start();
        report(Kind.KEY_REFUSED, null, "192.0.2.1", "unknown_key", 1);
        assertThat(open(AlertType.AUTH_FAILURES))
                .singleElement()
                .satisfies(alert -> assertThat(alert.times()).isEqualTo(20));
        assertThat(mails()).isEqualTo(1);
    }

    @Test
    void anAlertIsOneUntilItIsResolvedAndToldOnce() {
        for (int i = 0; i < 3; i++) {
            alerts.raise(AlertType.UPSTREAM_REFUSED, "account", Map.of("status", 401));
            clock.advance(Duration.ofMinutes(1));
        }
        Alert alert = open(AlertType.UPSTREAM_REFUSED).get(0);
        assertThat(alert.times()).isEqualTo(3);
        assertThat(Duration.between(alert.firstAt(), alert.lastAt())).isEqualTo(Duration.ofMinutes(2));
        assertThat(mails()).isEqualTo(1);

        assertThat(alerts.change(alert.id(), "acknowledged", "looking", ADMIN).state())
                .isEqualTo("acknowledged");
        alerts.raise(AlertType.UPSTREAM_REFUSED, "account", Map.of());
        assertThat(alerts.find(alert.id()).state()).isEqualTo("acknowledged");
        assertThat(alerts.find(alert.id()).times()).isEqualTo(4);
        Alert resolved = alerts.change(alert.id(), "resolved", null, ADMIN);
        assertThat(resolved.note()).isEqualTo("looking");
        assertThat(resolved.changedBy()).isEqualTo("key_admin");
        assertThatThrownBy(() -> alerts.change(alert.id(), "acknowledged", null, ADMIN))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("invalid_state");

        alerts.raise(AlertType.UPSTREAM_REFUSED, "account", Map.of());
        assertThat(open(AlertType.UPSTREAM_REFUSED))
                .singleElement()
                .satisfies(again -> assertThat(again.id()).isNotEqualTo(alert.id()));
        assertThat(mails()).isEqualTo(2);
        assertThat(audited("alert.*"))
                .extracting(AuditEvent::action)
                .containsExactly("alert.raise", "alert.resolved", "alert.acknowledged", "alert.raise");
        assertThat(alerts.unresolved()).isEqualTo(1);
    }

    @Test
    void aCauseThatWentAwayResolvesItsAlert() {
        alerts.raise(AlertType.UPSTREAM_REFUSED, "account", Map.of());
        database.write(tx -> {
            alerts.clear(tx, AlertType.UPSTREAM_REFUSED, "account", "SmartMails takes the key again");
            return null;
        });
        assertThat(alerts.alerts("resolved", 10)).extracting(Alert::changedBy).containsExactly("hub");
    }

    @Test
    void whatGetsWorseIsToldAgainAlsoWhenItWasAcknowledged() {
        report(Kind.KEY_EXPIRING, "key_1", null, "14", 1);
        Alert alert = open(AlertType.KEY_EXPIRING).get(0);
        alerts.change(alert.id(), "acknowledged", null, ADMIN);
        report(Kind.KEY_EXPIRING, "key_1", null, "13", 1);
        assertThat(alerts.find(alert.id()).state()).isEqualTo("acknowledged");
        assertThat(mails()).isEqualTo(1);
        report(Kind.KEY_EXPIRING, "key_1", null, "3", 1);
        assertThat(alerts.find(alert.id()).state()).isEqualTo("open");
        report(Kind.KEY_EXPIRING, "key_1", null, "1", 1);
        assertThat(mails()).isEqualTo(3);
        assertThat(alerts.find(alert.id()).detail()).containsEntry("days_left", 1);
    }

    @Test
    void fiveMissingScopesOfAKeyWithinTenMinutesAreAnAlert() {
        report(Kind.SCOPE_MISSING, "key_1", "192.0.2.1", "contacts:write", 3);
        report(Kind.SCOPE_MISSING, "key_1", "192.0.2.2", "lists:read", 1);
        assertThat(open(AlertType.SCOPE_PROBE)).isEmpty();
        report(Kind.SCOPE_MISSING, "key_1", "192.0.2.2", "lists:read", 1);
        assertThat(open(AlertType.SCOPE_PROBE)).extracting(Alert::subject).containsExactly("key_1");
    }

    @Test
    void aKeyInAUrlAndARevokedKeyInUseAreLeaksAnExpiredOneIsNone() {
        report(Kind.DEAD_KEY_USED, "key_1", "192.0.2.1", "expired_key", 1);
        assertThat(open(AlertType.KEY_LEAKED)).isEmpty();
        report(Kind.DEAD_KEY_USED, "key_2", "192.0.2.1", "revoked_key", 1);
        report(Kind.KEY_IN_URL, "key_3", "192.0.2.1", null, 1);
        assertThat(open(AlertType.KEY_LEAKED)).extracting(Alert::subject).containsExactlyInAnyOrder("key_2", "key_3");
    }

    @Test
    void anAddressThatIsRefusedOrShutOutIsAnAlert() {
        report(Kind.ADDRESS_THROTTLED, null, "192.0.2.1", null, 1);
        report(Kind.ADDRESS_REFUSED, "key_1", "192.0.2.2", null, 1);
        assertThat(open(AlertType.IP_BLOCKED))
                .extracting(Alert::subject)
                .containsExactlyInAnyOrder("192.0.2.1", "192.0.2.2");
    }

    @Test
    void aKeyFromAnAddressNotSeenForThirtyDaysIsAnAlertButNotItsFirst() {
        report(Kind.KEY_USED, "key_1", "192.0.2.1", null, 5);
        report(Kind.KEY_USED, "key_2", "192.0.2.2", null, 5);
        assertThat(open(AlertType.KEY_NEW_IP)).isEmpty();

        report(Kind.KEY_USED, "key_1", "192.0.2.2", null, 1);
        assertThat(open(AlertType.KEY_NEW_IP))
                .singleElement()
                .satisfies(alert ->
                        assertThat(alert.detail()).containsEntry("key", "key_1").containsEntry("address", "192.0.2.2"));
        start();
        report(Kind.KEY_USED, "key_1", "192.0.2.2", null, 1);
        assertThat(open(AlertType.KEY_NEW_IP)).hasSize(1);

        for (int day = 0; day < 31; day++) {
            clock.advance(Duration.ofDays(1));
            report(Kind.KEY_USED, "key_1", "192.0.2.1", null, 1);
        }
        assertThat(open(AlertType.KEY_NEW_IP)).hasSize(1);
        alerts.change(open(AlertType.KEY_NEW_IP).get(0).id(), "resolved", null, ADMIN);
        report(Kind.KEY_USED, "key_1", "192.0.2.2", null, 1);
        assertThat(open(AlertType.KEY_NEW_IP)).hasSize(1);
    }

    @Test
    void farMoreThanUsualAtThisHourIsAnAlertOnce() {
        for (int day = 0; day < 14; day++) {
            report(Kind.KEY_USED, "key_1", "192.0.2.1", null, 50);
            clock.advance(Duration.ofDays(1));
        }
        report(Kind.KEY_USED, "key_1", "192.0.2.1", null, 200);
        assertThat(open(AlertType.VOLUME_SPIKE)).isEmpty();
        clock.advance(Duration.ofSeconds(11));
        report(Kind.KEY_USED, "key_1", "192.0.2.1", null, 1);
        clock.advance(Duration.ofSeconds(11));
        report(Kind.KEY_USED, "key_1", "192.0.2.1", null, 1);
        assertThat(open(AlertType.VOLUME_SPIKE)).singleElement().satisfies(alert -> {
            assertThat(alert.times()).isEqualTo(1);
            assertThat(alert.detail()).containsEntry("requests", 201).containsEntry("usual", 50);
        });
    }

    @Test
    void aKeyAtItsLimitForTenMinutesIsAnAlert() {
        for (int minute = 0; minute < 8; minute++) {
            report(Kind.THROTTLED, "key_1", "192.0.2.1", null, 3);
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(open(AlertType.RATE_SATURATED)).isEmpty();
        report(Kind.THROTTLED, "key_1", "192.0.2.1", null, 3);
        assertThat(open(AlertType.RATE_SATURATED)).extracting(Alert::subject).containsExactly("key_1");
    }

    @Test
    void aFloodCostsFewRowsAndFewMailsAndNothingIsUncounted() {
        for (int second = 0; second < 30; second++) {
            for (int i = 0; i < 2_000; i++) {
                board.report(new SecurityEvent(
                        Kind.KEY_REFUSED, null, "10." + i % 250 + "." + i / 250 + "." + second, "unknown_key", null));
            }
            report(Kind.KEY_REFUSED, null, "192.0.2.1", "unknown_key", 1_000);
            clock.advance(Duration.ofSeconds(1));
        }
        recorder.stop();

        List<AuditEvent> events = audited("security.*");
        assertThat(events).hasSizeLessThan(300);
        assertThat(events.stream()
                        .mapToLong(event -> ((Number) Json.map(event.after()).get("count")).longValue())
                        .sum())
                .isEqualTo(30 * 3_000);
        assertThat(alerts.alerts(null, 1_000)).hasSizeLessThanOrEqualTo(Alerts.SUBJECTS + 1);
        assertThat(mails()).isLessThanOrEqualTo(Alerts.TOLD_PER_HOUR);
        assertThat(chain.verify().ok()).isTrue();
    }

    @Test
    void moreAlertsOfATypeThanAnybodyReadsShareOne() {
        for (int i = 0; i < Alerts.SUBJECTS + 50; i++) {
            alerts.raise(AlertType.IP_BLOCKED, "192.0.2." + i, Map.of());
        }
        assertThat(alerts.alerts("open", 1_000)).hasSize(Alerts.SUBJECTS + 1);
        assertThat(alerts.alerts("open", 1_000))
                .anySatisfy(alert -> assertThat(alert.subject()).isEqualTo(Alerts.OTHERS));
        assertThat(mails()).isEqualTo(Alerts.TOLD_PER_HOUR);
    }

    @Test
    void useOfKeysIsNotAuditedEverythingElseIs() {
        for (Kind kind : Kind.values()) {
            report(kind, "key_1", "192.0.2.1", kind == Kind.KEY_EXPIRING ? "3" : null, 2);
        }
        assertThat(audited("security.*"))
                .hasSize(Kind.values().length - 1)
                .noneMatch(event -> event.action().equals("security.key_used"))
                .allSatisfy(event -> assertThat(event.after()).contains("\"count\":2"));
    }

    @Test
    void aRuleSaysWhenAndToWhom() {
        webhooks.list();
        alerts.changeRules(
                Map.of(
                        "rules",
                        List.of(
                                Map.of(
                                        "type",
                                        "auth_failures",
                                        "threshold",
                                        2,
                                        "window",
                                        "PT1M",
                                        "notify",
                                        Map.of("emails", List.of("ada@example.com", "bob@example.com"))),
                                Map.of("type", "ip_blocked", "enabled", false))),
                ADMIN);
        report(Kind.KEY_REFUSED, null, "192.0.2.1", null, 2);
        report(Kind.ADDRESS_THROTTLED, null, "192.0.2.1", null, 1);

        assertThat(open(AlertType.AUTH_FAILURES)).hasSize(1);
        assertThat(open(AlertType.IP_BLOCKED)).isEmpty();
        assertThat(mails()).isEqualTo(2);
        assertThat(alerts.rulesByType().get(AlertType.SCOPE_PROBE)).isEqualTo(AlertRule.usual(AlertType.SCOPE_PROBE));
        assertThat(audited("alert-rule.change"))
                .hasSize(2)
                .allSatisfy(event -> assertThat(event.after()).doesNotContain("example.com"));
    }

    @Test
    void wrongRulesAreRefusedAllAtOnceAndNothingIsChanged() {
        Map<String, Object> body = Map.of(
                "rules",
                List.of(
                        Map.of("type", "auth_failures", "threshold", 5),
                        Map.of("type", "auth_failure"),
                        Map.of("type", "scope_probe", "threshold", -1, "window", "5 minutes", "treshold", 1),
                        Map.of("type", "key_leaked", "threshold", 1, "window", "PT5M"),
                        Map.of(
                                "type",
                                "ip_blocked",
                                "enabled",
                                "yes",
                                "notify",
                                Map.of("emails", List.of("ada@example.com", "nobody"), "webhook_id", "whk_none")),
                        Map.of("type", "auth_failures"),
                        "auth_failures"));
        assertThatThrownBy(() -> alerts.changeRules(body, ADMIN)).isInstanceOfSatisfying(ProblemException.class, e -> {
            assertThat(e.problem().status()).isEqualTo(422);
            assertThat(e.problem().errors())
                    .extracting(io.smartmails.problem.Problem.FieldError::pointer)
                    .containsExactlyInAnyOrder(
                            "/rules/1/type",
                            "/rules/2/threshold",
                            "/rules/2/window",
                            "/rules/2/treshold",
                            "/rules/3/threshold",
                            "/rules/3/window",
                            "/rules/4/enabled",
                            "/rules/4/notify/emails/1",
                            "/rules/4/notify/webhook_id",
                            "/rules/5/type",
                            "/rules/6");
            assertThat(e.problem().errors().get(0).detail()).contains("did you mean 'auth_failures'");
        });
        assertThat(alerts.rulesByType().get(AlertType.AUTH_FAILURES))
                .isEqualTo(AlertRule.usual(AlertType.AUTH_FAILURES));
        assertThat(audited("alert-rule.change")).isEmpty();
    }

    @Test
    void aMailSaysWhatHappenedAndWhatToDoAndLeavesThroughTheQueue() {
        alerts.raise(AlertType.KEY_LEAKED, "key_1", Map.of("address", "192.0.2.1"));
        String payload = database.read()
                .sql("SELECT payload FROM item WHERE lane = 'transactional' AND state = 'waiting'")
                .query(String.class)
                .single();
        assertThat(Json.map(payload))
                .containsEntry("category", "transactional")
                .containsEntry("to", List.of(Map.of("email", OPS)))
                .containsKey("subject");
        assertThat(payload).contains("key_1", "192.0.2.1", "Revoke the key", "https://hub.example.com/console/alerts");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.smartmails.db.Database;
import io.smartmails.hub.audit.AuditEntry;
import io.smartmails.hub.audit.SecurityEvent;
import io.smartmails.key.ApiKey;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds of keys on every database. */
abstract class KeySuite {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path folder;

    KeyKit kit;

    abstract Database database(Path home);

    @BeforeEach
    void open() {
        kit = new KeyKit(database(folder), folder);
    }

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void aKeyProvesItsCallerUntilItIsRevoked() throws Exception {
        KeyDesk.Created made = kit.create("""
                {'name':'shop','preset':'sending','allowed_ips':['192.0.2.0/24'],'denied_ips':['192.0.2.9'],
                 'allowed_senders':['Example.com','jo@example.org'],'limits':['5000/day','10/s','60/min'],
                 'recipients_per_minute':200,'concurrent_requests':3}""");
        Caller caller = kit.ring.authenticate(made.secret());

        assertThat(caller.keyId()).isEqualTo(made.key().id());
        assertThat(caller.bucketId()).isEqualTo(made.key().id());
        assertThat(caller.test()).isFalse();
        assertThat(caller.may("messages:send")).isTrue();
        assertThat(caller.may("keys:admin")).isFalse();
        assertThat(caller.limits().windows())
                .extracting(RateWindow::quota)
                .as("shortest first")
                .containsExactly(10L, 60L, 5000L);
        assertThat(caller.limits().recipientsPerMinute()).isEqualTo(200);
        assertThat(caller.limits().concurrentRequests()).isEqualTo(3);
        assertThat(caller.addresses().permit(InetAddress.getByName("192.0.2.7")))
                .isTrue();
        assertThat(caller.addresses().permit(InetAddress.getByName("192.0.2.9")))
                .isFalse();
        assertThat(caller.maySendAs("Anna@example.com")).isTrue();
        assertThat(caller.maySendAs("jo@example.org")).isTrue();
        assertThat(caller.maySendAs("mo@example.org")).isFalse();

        kit.desk.revoke(kit.admin, made.key().id());
        assertDead(made, "revoked_key", kit.ring);
    }

    @Test
    void aTypingErrorIsToldWithoutALookUpAndAStrangeKeyIsUnknown() {
        String secret = kit.create().secret();
        assertThatThrownBy(() -> kit.ring.authenticate(secret + "x")).hasMessageContaining("malformed_key");
        assertThatThrownBy(() -> kit.ring.authenticate(ApiKey.generate(ApiKey.LIVE, new Random(9))))
                .hasMessageContaining("unknown_key")
                .isNotInstanceOf(RefusedKey.class);
    }

    @Test
    void anotherNodeRefusesWithinASecond() {
        KeyDesk.Created made = kit.create();
        KeyRing other = kit.node();
        other.authenticate(made.secret());
        kit.desk.revoke(kit.admin, made.key().id());
        kit.clock.advance(SECOND);
        assertDead(made, "revoked_key", other);
    }

    @Test
    void anotherNodeSeesAllowedAddressesWithinASecond() throws Exception {
        KeyDesk.Created made = kit.create();
        KeyRing other = kit.node();
        other.authenticate(made.secret());
        kit.change(made.key().id(), "{'denied_ips':['192.0.2.7']}");
        kit.clock.advance(SECOND);
        assertThat(other.authenticate(made.secret()).addresses().permit(InetAddress.getByName("192.0.2.7")))
                .isFalse();
    }

    @Test
    void anExpiringKeyWorksToTheLastMillisecondAlsoWhenRemembered() {
        KeyDesk.Created made = kit.create("{'name':'x','expires_at':'" + kit.in(Duration.ofMillis(500)) + "'}");
        assertThat(kit.ring.authenticate(made.secret())).isNotNull();
        kit.clock.advance(Duration.ofMillis(499));
        assertThat(kit.ring.authenticate(made.secret())).isNotNull();
        kit.clock.advance(Duration.ofMillis(1));
        assertDead(made, "expired_key", kit.ring);
    }

    @Test
    void statusFollowsTimeAndActs() {
        HubKey key = kit.create("{'name':'x','expires_at':'" + kit.in(DAY.multipliedBy(20)) + "'}")
                .key();
        assertThat(status(key)).isEqualTo("active");
        kit.clock.advance(DAY.multipliedBy(6));
        assertThat(status(key)).isEqualTo("expiring");
        kit.desk.disable(kit.admin, key.id());
        assertThat(status(key)).isEqualTo("disabled");
        kit.desk.enable(kit.admin, key.id());
        assertThat(status(key)).isEqualTo("expiring");
        kit.clock.advance(DAY.multipliedBy(14));
        assertThat(status(key)).isEqualTo("expired");
        kit.desk.revoke(kit.admin, key.id());
        assertThat(status(key)).isEqualTo("revoked");
        for (String status : List.of("active", "expiring", "expired", "disabled", "revoked")) {
            assertThat(ids(Map.of("status", status)).contains(key.id()))
                    .as(status)
                    .isEqualTo(status.equals("revoked"));
        }
    }

    @Test
    void aDisabledKeyIsRefusedUntilItIsEnabled() {
        KeyDesk.Created made = kit.create();
        kit.desk.disable(kit.admin, made.key().id());
        assertDead(made, "revoked_key", kit.ring);
        kit.desk.enable(kit.admin, made.key().id());
        assertThat(kit.ring.authenticate(made.secret())).isNotNull();
    }

    @Test
    void aRolledKeyWorksThroughItsGraceAndSharesItsBucket() {
        KeyDesk.Created old = kit.create("{'name':'shop','limits':['7/min'],'mode':'test'}");
        KeyDesk.Created next = kit.roll(old.key().id(), "PT24H");

        assertThat(next.secret()).startsWith("smt_").isNotEqualTo(old.secret());
        assertThat(next.key().terms()).isEqualTo(old.key().terms());
        assertThat(next.key().replaces()).isEqualTo(old.key().id());
        assertThat(kit.desk.find(old.key().id()).replacedBy())
                .isEqualTo(next.key().id());
        assertThat(kit.ring.authenticate(old.secret()).bucketId())
                .isEqualTo(kit.ring.authenticate(next.secret()).bucketId());

        kit.change(next.key().id(), "{'requests_per_minute':90}");
        assertThat(kit.ring.authenticate(old.secret()).limits())
                .as("one bucket, one limit")
                .isEqualTo(kit.ring.authenticate(next.secret()).limits());

        assertRefused(
                () -> kit.roll(old.key().id(), "PT0S"),
                "invalid_state",
                "rolled into " + next.key().id());
        assertRefused(
                () -> kit.change(old.key().id(), "{'expires_at':'" + kit.in(DAY.multipliedBy(5)) + "'}"),
                "validation_failed",
                "wrong");
        KeyDesk.Created third = kit.roll(next.key().id(), "P30D");
        assertThat(kit.ring.authenticate(third.secret()).bucketId())
                .isEqualTo(old.key().id());

        kit.clock.advance(DAY.minus(Duration.ofMillis(1)));
        assertThat(kit.ring.authenticate(old.secret())).isNotNull();
        kit.clock.advance(Duration.ofMillis(1));
        assertDead(old, "expired_key", kit.ring);
        assertThat(kit.ring.authenticate(next.secret())).isNotNull();
        assertRefused(() -> kit.roll(old.key().id(), "PT0S"), "invalid_state", "expired");
    }

    @Test
    void aRollWithoutGraceEndsTheOldKeyNowAndNeverLengthensItsLife() {
        KeyDesk.Created old = kit.create("{'name':'x','expires_at':'" + kit.in(DAY) + "'}");
        kit.roll(old.key().id(), "P30D");
        assertThat(kit.desk.find(old.key().id()).terms().expiresAt())
                .isEqualTo(kit.clock.instant().plus(DAY));
        KeyDesk.Created another = kit.create();
        kit.roll(another.key().id(), "PT0S");
        assertDead(another, "expired_key", kit.ring);
    }

    @Test
    void nobodyGrantsWhatTheyLack() {
        String limited = kit.create("{'name':'key desk','scopes':['keys:admin','messages:send']}")
                .secret();
        KeyActor actor = KeyActor.of(kit.ring.authenticate(limited), null, null);
        HubKey sending = kit.create().key();

        assertThat(kit.desk
                        .create(actor, KeyKit.json("{'name':'a','scopes':['messages:send']}"), false)
                        .key()
                        .terms()
                        .preset())
                .isEqualTo("custom");
        for (ThrowingCallable act : List.<ThrowingCallable>of(
                () -> kit.desk.create(actor, KeyKit.json("{'name':'a','preset':'sync'}"), false),
                () -> kit.desk.change(actor, sending.id(), KeyKit.json("{'name':'b'}"), false),
                () -> kit.desk.roll(actor, sending.id(), KeyKit.json("{}"), false))) {
            Problem problem = catchThrowableOfType(ProblemException.class, act).problem();
            assertThat(problem.code().code()).isEqualTo("missing_scope");
            assertThat(actor.scopes()).doesNotContain((String) problem.extras().get("required_scope"));
        }
        assertThat(kit.desk.find(sending.id()).terms().name()).isEqualTo("shop");
        assertThat(kit.desk
                        .change(actor, sending.id(), KeyKit.json("{'scopes':['messages:send']}"), false)
                        .terms()
                        .scopes())
                .containsExactly("messages:send");
    }

    @Test
    void aTestKeyMakesTestKeysOnly() {
        String secret =
                kit.create("{'name':'t','preset':'admin','mode':'test'}").secret();
        KeyActor actor = KeyActor.of(kit.ring.authenticate(secret), null, null);
        HubKey live = kit.create().key();
        assertThat(secret).startsWith("smt_");
        assertRefused(
                () -> kit.desk.create(actor, KeyKit.json("{'name':'a'}"), false), "role_forbidden", "test keys only");
        assertRefused(() -> kit.desk.roll(actor, live.id(), KeyKit.json("{}"), false), "role_forbidden", "test keys");
        assertThat(kit.desk
                        .create(actor, KeyKit.json("{'name':'a','mode':'test'}"), false)
                        .key()
                        .test())
                .isTrue();
    }

    @Test
    void theLastAdminKeyStays() {
        String last = kit.admin.id();
        for (ThrowingCallable act : List.<ThrowingCallable>of(
                () -> kit.desk.revoke(kit.admin, last),
                () -> kit.desk.disable(kit.admin, last),
                () -> kit.change(last, "{'preset':'sending'}"),
                () -> kit.change(last, "{'expires_at':'" + kit.in(DAY) + "'}"))) {
            assertRefused(act, "invalid_state", "last admin key");
        }
        kit.create("{'name':'t','preset':'admin','mode':'test'}");
        assertRefused(() -> kit.desk.revoke(kit.admin, last), "invalid_state", "last admin key");
        HubKey next = kit.roll(last, "P1D").key();
        assertRefused(() -> kit.desk.revoke(kit.admin, next.id()), "invalid_state", "last admin key");
        kit.desk.revoke(kit.admin, last);
        assertThat(kit.ring.stillMay(last, "keys:admin")).isFalse();
        assertThat(kit.ring.stillMay(next.id(), "keys:admin")).isTrue();
    }

    @Test
    void everyActIsAuditedOnceWithoutSecretsAndNothingElseIs() {
        kit.audit.clear();
        KeyDesk.Created made = kit.create("{'name':'shop','allowed_senders':['ada@example.com']}");
        String id = made.key().id();
        kit.change(id, "{'name':'shop 2'}");
        kit.change(id, "{'name':'shop 2'}");
        kit.desk.disable(kit.admin, id);
        kit.desk.disable(kit.admin, id);
        kit.desk.enable(kit.admin, id);
        kit.desk.enable(kit.admin, id);
        String next = kit.roll(id, "PT1H").secret();
        kit.desk.revoke(kit.admin, id);
        kit.desk.revoke(kit.admin, id);
        assertThatThrownBy(() -> kit.change(id, "{'name':'x'}")).isInstanceOf(ProblemException.class);
        assertThatThrownBy(() -> kit.create("{'name':'x','preset':'x'}")).isInstanceOf(ProblemException.class);

        assertThat(kit.audit)
                .extracting(AuditEntry::action)
                .containsExactly(
                        "key.create",
                        "key.change",
                        "key.disable",
                        "key.enable",
                        "key.roll",
                        "key.create",
                        "key.revoke");
        assertThat(kit.audit.get(1).before().get("name")).isEqualTo("shop");
        assertThat(kit.audit.get(1).after().get("name")).isEqualTo("shop 2");
        assertThat(kit.audit).allSatisfy(entry -> {
            assertThat(entry.actor()).isEqualTo(kit.admin.id());
            assertThat(entry.address()).isEqualTo("192.0.2.1");
            assertThat(entry.requestId()).isEqualTo("req_1");
            assertThat(entry.toString()).doesNotContain(made.secret(), next, "ada@example.com");
        });
    }

    @Test
    void theEndOfAKeyIsToldOnceForEachThreshold() {
        HubKey key = kit.create("{'name':'x','expires_at':'" + kit.in(DAY.multipliedBy(15)) + "'}")
                .key();
        for (int hour = 0; hour < 15 * 24; hour++) {
            kit.warnings.look();
            kit.clock.advance(Duration.ofHours(1));
        }
        assertThat(kit.events).extracting(SecurityEvent::detail).containsExactly("14", "3", "1");
        assertThat(kit.events).extracting(SecurityEvent::keyId).containsOnly(key.id());

        kit.events.clear();
        String late = kit.create("{'name':'x','expires_at':'" + kit.in(DAY.multipliedBy(2)) + "'}")
                .key()
                .id();
        kit.warnings.look();
        kit.change(late, "{'expires_at':'" + kit.in(DAY.multipliedBy(13)) + "'}");
        kit.warnings.look();
        assertThat(kit.events)
                .extracting(SecurityEvent::detail)
                .as("a new end counts anew")
                .containsExactly("3", "14");
        kit.roll(late, "P30D");
        kit.clock.advance(DAY.multipliedBy(12));
        kit.events.clear();
        kit.warnings.look();
        assertThat(kit.events).extracting(SecurityEvent::keyId).doesNotContain(late);
    }

    @Test
    void listsAreFilteredAndPaged() {
        List<KeyDesk.Created> made = IntStream.range(0, 5)
                .mapToObj(n -> kit.create("{'name':'Shop_" + n + "'}"))
                .toList();
        HubKey third = made.get(3).key();
        assertThat(ids(Map.of("name", "shop_"))).hasSize(5).isSortedAccordingTo((a, b) -> b.compareTo(a));
        assertThat(ids(Map.of("name", "p_3"))).containsExactly(third.id());
        assertThat(ids(Map.of("name", "%"))).isEmpty();
        assertThat(ids(Map.of("prefix", third.display().substring(0, 8), "last4", last4(third))))
                .containsExactly(third.id());

        Map<String, Object> page = list(Map.of("limit", "2"));
        assertThat(page.get("has_more")).isEqualTo(true);
        List<String> all = new java.util.ArrayList<>(idsOf(page));
        while (page.get("next_cursor") != null) {
            page = list(Map.of("limit", "2", "cursor", (String) page.get("next_cursor")));
            all.addAll(idsOf(page));
        }
        assertThat(all).hasSize(6).doesNotHaveDuplicates().isEqualTo(ids(Map.of()));

        for (Map<String, String> wrong : List.of(
                Map.of("limit", "0"),
                Map.of("limit", "1001"),
                Map.of("limit", "x"),
                Map.of("status", "activ"),
                Map.of("nme", "x"),
                Map.of("last4", "abc"))) {
            assertRefused(() -> list(wrong), "invalid_parameter", "");
        }
        assertRefused(() -> list(Map.of("status", "activ")), "invalid_parameter", "did you mean 'active'");
        assertRefused(() -> list(Map.of("cursor", "!")), "invalid_cursor", "next_cursor");
    }

    @Test
    void useIsCountedPerHourAndTellsTheLastCall() {
        KeyDesk.Created made = kit.create();
        Caller caller = kit.ring.authenticate(made.secret());
        for (int n = 1; n <= 100; n++) {
            kit.usage.record(caller, 200, Duration.ofMillis(n), "192.0.2." + n % 3);
        }
        kit.usage.record(caller, 429, Duration.ofNanos(10), "192.0.2.1");
        kit.usage.save();
        kit.usage.record(caller, 404, Duration.ofMillis(1), "192.0.2.1");
        kit.usage.record(caller, 503, Duration.ofMinutes(9), "192.0.2.200");
        kit.clock.advance(Duration.ofHours(1));
        kit.usage.record(caller, 200, Duration.ofMillis(5), "2001:db8::7");

        List<KeyUsage.Hour> hours = kit.usage.since(caller.keyId(), Instant.EPOCH);

        assertThat(hours).hasSize(2);
        KeyUsage.Hour first = hours.get(1);
        assertThat(first.start()).isEqualTo(Instant.parse("2026-11-24T08:00:00Z"));
        assertThat(first.requests()).isEqualTo(103);
        assertThat(first.clientErrors()).isEqualTo(2);
        assertThat(first.throttled()).isEqualTo(1);
        assertThat(first.serverErrors()).isEqualTo(1);
        assertThat(first.addresses()).isEqualTo(4);
        assertThat(first.p50Millis()).isBetween(48.0, 60.0);
        assertThat(first.p95Millis()).isBetween(94.0, 114.0);
        HubKey used = kit.desk.find(caller.keyId());
        assertThat(used.lastUsedAt()).isEqualTo(kit.clock.instant());
        assertThat(used.lastUsedIp()).isEqualTo("2001:db8::7");

        kit.clock.advance(KeyUsage.KEPT.plusHours(2));
        kit.usage.save();
        assertThat(kit.usage.since(caller.keyId(), Instant.EPOCH)).isEmpty();
    }

    private static String last4(HubKey key) {
        return key.display().substring(key.display().length() - 4);
    }

    private String status(HubKey key) {
        return kit.desk.find(key.id()).status(kit.clock.instant()).code();
    }

    private Map<String, Object> list(Map<String, String> parameters) {
        return kit.reads.list(parameters.entrySet().stream()
                .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, e -> new String[] {e.getValue()})));
    }

    private List<String> ids(Map<String, String> parameters) {
        return idsOf(list(parameters));
    }

    private static List<String> idsOf(Map<String, Object> page) {
        return ((List<?>) page.get("data"))
                .stream().map(key -> (String) ((Map<?, ?>) key).get("id")).toList();
    }

    private static void assertRefused(ThrowingCallable act, String code, String detail) {
        assertThatThrownBy(act).isInstanceOf(ProblemException.class).hasMessageContaining(code + ": ");
        assertThatThrownBy(act).hasMessageContaining(detail);
    }

    private static void assertDead(KeyDesk.Created made, String code, KeyRing ring) {
        assertThatThrownBy(() -> ring.authenticate(made.secret()))
                .hasMessageContaining(code)
                .isInstanceOfSatisfying(
                        RefusedKey.class,
                        refused ->
                                assertThat(refused.keyId()).isEqualTo(made.key().id()));
    }
}

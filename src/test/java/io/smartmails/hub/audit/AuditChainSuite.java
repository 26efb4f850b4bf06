// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartmails.db.Database;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import io.smartmails.testkit.SettableClock;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

abstract class AuditChainSuite {
    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private Database database;
    private AuditChain chain;

    abstract Database database(Path folder);

    @BeforeEach
    void open() {
        database = database(folder);
        chain = chain();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private AuditChain chain() {
        return new AuditChain(
                database,
                Secrets.open(folder.resolve("secrets"), new SecureRandom(), Optional.empty()),
                clock,
                new Ids(clock, new Random(1)));
    }

    private void append(String action, String target) {
        database.write(tx -> {
            chain.append(
                    tx,
                    new AuditEntry(
                            "key_admin",
                            "192.0.2.1",
                            action,
                            target,
                            Map.of("name", "old"),
                            Map.of("name", "new"),
                            "req_1"));
            return null;
        });
        clock.advance(Duration.ofSeconds(1));
    }

    private void appendTen() {
        for (int i = 1; i <= 10; i++) {
            append("key.change", "key_" + i);
        }
    }

    /** As somebody who owns the database would: the triggers out of the way first. */
    private void tamper(String sql) {
        database.write(tx -> {
            if (database.isSqlite()) {
                tx.jdbc().sql("DROP TRIGGER IF EXISTS audit_event_unchanged").update();
                tx.jdbc().sql("DROP TRIGGER IF EXISTS audit_event_kept").update();
            } else {
                tx.jdbc()
                        .sql("DROP TRIGGER IF EXISTS audit_event_kept ON audit_event")
                        .update();
            }
            return tx.jdbc().sql(sql).update();
        });
    }

    private AuditView.Query all(int limit, Long below) {
        return new AuditView.Query(null, null, null, null, null, limit, below);
    }

    @Test
    void anEmptyAndAGrowingChainAreRight() {
        assertThat(chain.verify().ok()).isTrue();
        assertThat(chain.verify().count()).isZero();
        appendTen();
        AuditView.Verification verification = chain.verify();
        assertThat(verification.ok()).as(verification.reason()).isTrue();
        assertThat(verification.count()).isEqualTo(10);
        assertThat(verification.head()).matches("[0-9a-f]{64}");
        assertThat(chain().verify()).isEqualTo(verification);
    }

    @Test
    void aChainOfSeveralPagesIsWalkedToItsEnd() {
        database.write(tx -> {
            for (int i = 0; i < 2_500; i++) {
                chain.append(tx, AuditActor.HUB.did("key.change", "key_" + i, Map.of(), Map.of()));
            }
            return null;
        });
        assertThat(chain.verify().count()).isEqualTo(2_500);
        assertThat(chain.verify().ok()).isTrue();
    }

    @Test
    void theDatabaseItselfRefusesToChangeOrDeleteAnEvent() {
        appendTen();
        assertThatThrownBy(() -> database.write(tx ->
                        tx.jdbc().sql("UPDATE audit_event SET actor = 'x'").update()))
                .hasStackTraceContaining("never changed");
        assertThatThrownBy(() -> database.write(
                        tx -> tx.jdbc().sql("DELETE FROM audit_event").update()))
                .hasStackTraceContaining("never");
        assertThat(chain.verify().count()).isEqualTo(10);
    }

    @Test
    void aChangedEventIsNamed() {
        appendTen();
        for (String change : List.of("actor = 'key_other'", "after_json = '{}'", "at = at + 1", "target = NULL")) {
            tamper("UPDATE audit_event SET " + change + " WHERE seq = 7");
            assertThat(chain.verify().ok()).as(change).isFalse();
            assertThat(chain.verify().brokenSeq()).isEqualTo(7);
            assertThat(chain.verify().count()).isEqualTo(6);
        }
    }

    @Test
    void aDeletedEventIsNamed() {
        appendTen();
        tamper("DELETE FROM audit_event WHERE seq = 4");
        assertThat(chain.verify().brokenSeq()).isEqualTo(4);
        assertThat(chain.verify().reason()).contains("missing");
    }

    @Test
    void aTailCutOffIsMissedAlsoAfterMoreWasAppended() {
        appendTen();
        tamper("DELETE FROM audit_event WHERE seq > 8");
        assertThat(chain.verify().brokenSeq()).isEqualTo(9);
        append("key.change", "key_11");
        assertThat(chain.verify().brokenSeq()).isEqualTo(9);
    }

    @Test
    void aHeadThatWasChangedOrRemovedLeavesAMarkForEver() {
        appendTen();
        tamper("DELETE FROM audit_event WHERE seq > 8");
        tamper("UPDATE audit_head SET seq = 8, hash = (SELECT hash FROM audit_event WHERE seq = 8)");
        assertThat(chain.verify().brokenSeq()).isEqualTo(9);
        append("key.change", "key_11");
        append("key.change", "key_12");
        assertThat(chain.verify().brokenSeq()).isEqualTo(9);

        tamper("DELETE FROM audit_head");
        append("key.change", "key_13");
        assertThat(chain.verify().ok()).isFalse();
    }

    @Test
    void aRemovedHeadIsMissed() {
        appendTen();
        tamper("DELETE FROM audit_head");
        assertThat(chain.verify().brokenSeq()).isEqualTo(11);
        append("key.change", "key_11");
        assertThat(chain.verify().brokenSeq()).isEqualTo(11);
    }

    @Test
    void anEventAddedByHandIsNamed() {
        appendTen();
        tamper(
                "INSERT INTO audit_event SELECT account, 11, 'evt_forged', at, actor_type, actor, address, action, target,"
                        + " before_json, after_json, request_id, hash, hash FROM audit_event WHERE seq = 10");
        assertThat(chain.verify().brokenSeq()).isEqualTo(11);
    }

    @Test
    void actsOfACommitThatFailsAreNotRecorded() {
        append("key.create", "key_1");
        assertThatThrownBy(() -> database.write(tx -> {
                    chain.append(tx, AuditActor.HUB.did("key.create", "key_2", Map.of(), Map.of()));
                    throw new IllegalStateException("the act failed");
                }))
                .hasMessage("the act failed");
        append("key.create", "key_3");
        assertThat(chain.verify().ok()).isTrue();
        assertThat(chain.find(all(10, null)).events())
                .extracting(AuditEvent::target)
                .containsExactly("key_3", "key_1");
    }

    @Test
    void parallelActsFormOneChain() {
        List<CompletableFuture<Object>> acts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String target = "key_" + i;
            acts.add(database.writeAsync(tx -> {
                chain.append(tx, AuditActor.HUB.did("key.create", target, Map.of(), Map.of()));
                return null;
            }));
        }
        acts.forEach(CompletableFuture::join);
        assertThat(chain.verify().ok()).isTrue();
        assertThat(chain.verify().count()).isEqualTo(200);
    }

    @Test
    void eventsAreFoundByActorActionTargetAndTimeInPages() {
        append("key.create", "key_1");
        append("key.revoke", "key_1");
        var middle = clock.instant();
        append("dead-letter.replay", "env_1");

        assertThat(chain.find(new AuditView.Query(null, "key.*", null, null, null, 10, null))
                        .events())
                .extracting(AuditEvent::action)
                .containsExactly("key.revoke", "key.create");
        assertThat(chain.find(new AuditView.Query(null, "key.revoke", "key_1", null, null, 10, null))
                        .events())
                .hasSize(1);
        assertThat(chain.find(new AuditView.Query("key_admin", null, null, middle.minusMillis(1), null, 10, null))
                        .events())
                .extracting(AuditEvent::target)
                .containsExactly("env_1");
        assertThat(chain.find(new AuditView.Query(null, null, null, null, middle, 10, null))
                        .events())
                .hasSize(2);
        assertThat(chain.find(new AuditView.Query("key_other", null, null, null, null, 10, null))
                        .events())
                .isEmpty();
        AuditView.Page first = chain.find(all(2, null));
        assertThat(first.hasMore()).isTrue();
        AuditView.Page second = chain.find(all(2, first.events().get(1).seq()));
        assertThat(second.events()).extracting(AuditEvent::action).containsExactly("key.create");
        assertThat(second.hasMore()).isFalse();
    }

    @Test
    void secretsAndMailAddressesAreMasked() {
        database.write(tx -> {
            chain.append(
                    tx,
                    new AuditEntry(
                            "key_admin",
                            null,
                            "key.change",
                            "key_1",
                            Map.of("name", "ada@example.com"),
                            Map.of("key", "sml_" + "a".repeat(28), "secret", "whsec_AAAA+/=="),
                            null));
            return null;
        });
        AuditEvent event = chain.find(all(1, null)).events().get(0);
        assertThat(event.before()).isEqualTo("{\"name\":\"***@***\"}");
        assertThat(event.after()).doesNotContain("aaaa", "AAAA").contains("sml_***", "whsec_***");
        assertThat(chain.verify().ok()).isTrue();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.hub.contact.Contacts;
import io.smartmails.hub.contact.Lists;
import io.smartmails.hub.contact.Suppression;
import io.smartmails.hub.contact.Suppressions;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.smartmails.LedgerClient;
import io.smartmails.hub.smartmails.SmartMailsSettings;
import io.smartmails.testkit.FakeSmartMails;
import io.smartmails.testkit.FakeSmartMails.Mishap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerSyncTest {
    private SendingKit kit;
    private Lists lists;
    private Suppressions suppressions;
    private LedgerSync sync;

    @BeforeEach
    void open(@TempDir Path folder) {
        kit = new SendingKit(folder, 6000);
        var contacts = new Contacts(kit.ledger);
        lists = new Lists(kit.ledger, contacts);
        suppressions = new Suppressions(kit.ledger, contacts);
        var settings = new SmartMailsSettings(kit.smartMails.baseUrl(), FakeSmartMails.KEY, 6000);
        sync = new LedgerSync(
                kit.database, lists, suppressions, new LedgerClient(settings, kit.clock), kit.upstream, new Wakeup());
    }

    @AfterEach
    void close() {
        kit.close();
    }

    private String list(String id, String name) {
        return kit.database.write(tx -> lists.save(tx, id, name, Map.of()));
    }

    private void suppress(String email) {
        long now = kit.clock.millis();
        kit.database.write(tx -> {
            suppressions.add(tx, new Suppression(email, "all", "manual", null, null, now, now), "env_1");
            return null;
        });
    }

    @Test
    void aListIsMadeThenChangedThenDeletedAndEachStepLeavesOnce() {
        String id = list(null, "Readers");
        assertThat(sync.step()).isTrue();
        assertThat(sync.step()).isFalse();
        kit.smartMails.serve("PUT /lists/lst_1", 200, Map.of(), "{}");
        kit.smartMails.serve("DELETE /lists/lst_1", 204, Map.of(), "");
        kit.advance(Duration.ofSeconds(1));
        list(id, "Renamed");
        list(id, "Renamed again");
        assertThat(sync.step()).isTrue();
        assertThat(kit.smartMails.bodies().get(1).path("name").asText()).isEqualTo("Renamed again");
        kit.database.write(tx -> lists.delete(tx, id));
        assertThat(sync.step()).isTrue();
        assertThat(sync.step()).isFalse();
        assertThat(kit.smartMails.requests()).containsExactly("POST /lists", "PUT /lists/lst_1", "DELETE /lists/lst_1");
    }

    @Test
    void aFailureOfSmartMailsLosesNothing() {
        list(null, "Readers");
        kit.smartMails.next(Mishap.FAIL_BEFORE_WORK);
        assertThat(sync.step()).isFalse();
        assertThat(sync.idle()).isGreaterThan(Duration.ofSeconds(1));
        assertThat(sync.step()).isTrue();
        assertThat(kit.smartMails.lists()).containsKey("Readers");
    }

    @Test
    void aListThatIsRefusedForGoodKeepsNothingElseWaiting() {
        list(null, "!wrong");
        kit.advance(Duration.ofSeconds(1));
        list(null, "Readers");
        assertThat(sync.step()).isTrue();
        assertThat(sync.step()).isTrue();
        assertThat(sync.step()).isFalse();
        assertThat(kit.smartMails.lists()).containsOnlyKeys("Readers");
    }

    @Test
    void aListThatIsGoneThereIsMadeAgain() {
        String id = list(null, "Readers");
        sync.step();
        kit.smartMails.serve("PUT /lists/lst_1", 404, Map.of(), "{\"code\":\"not_found\"}");
        kit.advance(Duration.ofSeconds(1));
        list(id, "Renamed");
        assertThat(sync.step()).isTrue();
        assertThat(sync.step()).isTrue();
        assertThat(kit.smartMails.lists()).containsKey("Renamed");
    }

    @Test
    void suppressionsLeaveTogetherAndAreReleasedOneByOne() {
        kit.smartMails.serve(
                "POST /suppressions", 200, Map.of(), "{\"results\":[{\"status\":\"added\"},{\"status\":\"added\"}]}");
        kit.smartMails.serve("DELETE /suppressions/a@example.com", 204, Map.of(), "");
        suppress("a@example.com");
        suppress("b@example.com");
        assertThat(sync.step()).isTrue();
        assertThat(sync.step()).isFalse();
        assertThat(kit.smartMails.bodies().get(0).path("items")).hasSize(2);
        kit.database.write(tx -> suppressions.remove(tx, "a@example.com"));
        assertThat(sync.step()).isTrue();
        assertThat(sync.step()).isFalse();
    }

    @Test
    void anArchivedContactGoesByItselfAndIsSettled() {
        kit.smartMails.serve("POST /contacts/remove", 200, Map.of(), "{\"results\":[{\"status\":\"removed\"}]}");
        kit.changed("1", "ada@example.com", "Ada");
        kit.changed("2", "ben@example.com", "Ben");
        kit.database.write(tx -> new Contacts(kit.ledger).archive(tx, List.of("ada@example.com"), "env_1"));
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 3));
        assertThat(kit.smartMails.contactBatches()).hasSize(1);
        assertThat(kit.smartMails.contactBatches().get(0).path("contacts")).hasSize(1);
        assertThat(kit.smartMails.requests("POST /contacts/remove")).isEqualTo(1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.hub.contact.Merge;
import io.smartmails.testkit.FakeSmartMails.Mishap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ContactSyncTest {
    private SendingKit kit;

    @BeforeEach
    void open(@TempDir Path folder) {
        kit = new SendingKit(folder, 6000);
    }

    @AfterEach
    void close() {
        kit.close();
    }

    private JsonNode lastContact(int index) {
        List<JsonNode> batches = kit.smartMails.contactBatches();
        return batches.get(batches.size() - 1).path("contacts").path(index);
    }

    @Test
    void tenChangesThatWaitTogetherAreOneItemUpstreamAndAllAreSettled() {
        for (int i = 0; i < 10; i++) {
            kit.advance(Duration.ofSeconds(1));
            assertThat(kit.changed("1", "ada@example.com", "Ada " + i)).isEqualTo(Merge.CHANGED);
        }
        kit.run();

        assertThat(kit.smartMails.contactBatches()).hasSize(1);
        assertThat(kit.smartMails.contactBatches().get(0).path("contacts")).hasSize(1);
        JsonNode contact = lastContact(0);
        assertThat(contact.path("first_name").asText()).isEqualTo("Ada 9");
        assertThat(contact.path("external_ids").path("shopify").asText()).isEqualTo("1");
        assertThat(contact.path("consent").path("status").asText()).isEqualTo("subscribed");
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 10));
    }

    @Test
    void theBatchSaysHowToMatchAndThatOnlyANewerConsentBringsAnybodyBack() {
        kit.changed("1", "ada@example.com", "Ada");
        kit.run();

        JsonNode batch = kit.smartMails.contactBatches().get(0);
        assertThat(batch.path("match_on").toString()).isEqualTo("[\"external_id:shopify\",\"email\"]");
        assertThat(batch.path("resubscribe").asBoolean()).isTrue();
        assertThat(lastContact(0).path("source_updated_at").asText()).isNotEmpty();
    }

    @Test
    void whatChangesDuringTheCallWaitsForTheNextOne() {
        kit.changed("1", "ada@example.com", "Ada");
        kit.smartMails.during(() -> {
            kit.advance(Duration.ofSeconds(1));
            kit.changed("1", "ada@example.com", "Augusta");
        });
        // the limits are asked first, so the change comes during that call or the batch; both must be carried over
        kit.run();

        assertThat(lastContact(0).path("first_name").asText()).isEqualTo("Augusta");
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 2));
    }

    @Test
    void aLostAnswerIsRepeatedWithTheNewestState() {
        kit.limits.current();
        kit.changed("1", "ada@example.com", "Ada");
        kit.smartMails.next(Mishap.LOSE_ANSWER);
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("waiting", 1));
        kit.advance(Duration.ofSeconds(1));
        kit.changed("1", "ada@example.com", "Augusta");
        kit.advance(Duration.ofMinutes(1));
        kit.run();

        assertThat(lastContact(0).path("first_name").asText()).isEqualTo("Augusta");
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 2));
    }

    @Test
    void aContactThatIsRejectedIsADeadLetterAndAReplaySendsItsPresentState() {
        kit.changed("1", "ada@example.com", "Ada");
        kit.changed("2", "ben@example.com", "Ben");
        kit.smartMails.failContact("ada@example.com", "conflict");
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 1, "dead", 1));
        assertThat(kit.dead().get(0).cause()).contains("conflict").doesNotContain("ada@example.com");
        int batches = kit.smartMails.contactBatches().size();
        kit.advance(Duration.ofHours(2));
        kit.run();
        assertThat(kit.smartMails.contactBatches()).hasSize(batches);

        kit.smartMails.takeContact("ada@example.com");
        kit.replay(kit.dead().get(0).id());
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 2));
    }

    @Test
    void theOneThatSpoilsABatchIsFoundAndTheOthersGo() {
        for (int i = 0; i < 100; i++) {
            kit.changed("" + i, "person" + i + "@example.com", "P");
        }
        kit.smartMails.refuseBatchesWith(
                contact -> contact.path("email").asText().equals("person42@example.com"));
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 99, "dead", 1));
    }

    @Test
    void listsAreMadeOnceByNameAndMadeAgainWhenTheyAreGone() {
        kit.changed("1", "ada@example.com", "Ada", "customers", "friends");
        kit.run();
        kit.changed("2", "ben@example.com", "Ben", "customers");
        kit.run();
        assertThat(kit.smartMails.lists()).containsOnlyKeys("customers", "friends");
        assertThat(kit.smartMails.requests("POST /lists")).isEqualTo(2);
        assertThat(kit.smartMails.requests("GET /lists")).isEqualTo(1);

        kit.smartMails.forgetLists();
        kit.changed("3", "cy@example.com", "Cy", "customers");
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 2, "waiting", 1));
        kit.advance(Duration.ofMinutes(1));
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 3));
    }

    @Test
    @Timeout(20)
    void aNewListNeedsNoTokenWhileTheBatchHoldsTheOnlyOne(@TempDir Path folder) {
        try (var small = new SendingKit(folder, 1)) {
            small.changed("1", "ada@example.com", "Ada", "customers");
            // The sync waits for its tokens, so somebody else has to let the time pass.
            ScheduledExecutorService time = Executors.newSingleThreadScheduledExecutor();
            time.scheduleAtFixedRate(() -> small.advance(Duration.ofSeconds(5)), 1, 5, TimeUnit.MILLISECONDS);
            await().pollInSameThread().until(() -> {
                small.run();
                return !small.states().containsKey("waiting");
            });
            time.shutdownNow();
            assertThat(small.states()).isEqualTo(Map.of("delivered", 1));
        }
    }

    @Test
    void twoContactsThatTurnOutToBeOneWhileTheyAreOnTheirWayAreBothSettled() {
        kit.limits.current();
        kit.changed("1", "ada@example.com", "Ada");
        kit.changed("2", "augusta@example.com", "Augusta");
        kit.items.claimContacts("contacts", 10, Duration.ofMinutes(5));
        kit.advance(Duration.ofSeconds(1));
        kit.changed("1", "augusta@example.com", "Augusta");
        kit.advance(Duration.ofMinutes(6));
        kit.run();

        assertThat(kit.states()).isEqualTo(Map.of("delivered", 3));
        assertThat(kit.smartMails.contactBatches()).hasSize(1);
    }

    @Test
    void aListThatCannotBeMadeKillsOnlyWhatWantsIt() {
        kit.changed("1", "ada@example.com", "Ada", "!wrong", "customers");
        kit.changed("2", "ben@example.com", "Ben", "customers");
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 1, "dead", 1));
        assertThat(kit.dead().get(0).cause()).startsWith("the list '!wrong' cannot be used: ");
        assertThat(kit.smartMails.contactBatches()).hasSize(1);
    }

    @Test
    void learningListsCostsNoItemATry() {
        kit.changed("1", "ada@example.com", "Ada", "customers", "friends");
        kit.run();
        assertThat(kit.database
                        .read()
                        .sql("SELECT attempts FROM item")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void aContactThatCannotBeReadDiesAlone() {
        for (int i = 0; i < 5; i++) {
            kit.changed("" + i, "person" + i + "@example.com", "P");
        }
        kit.database.write(tx -> tx.jdbc()
                .sql("UPDATE contact SET json = '{' WHERE email_key = 'person3@example.com'")
                .update());
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 4, "dead", 1));
        assertThat(kit.dead().get(0).cause()).isEqualTo("a stored contact is not readable");
    }

    @Test
    void anItemOfAContactThatIsNoMoreKeepsNothingElseWaiting() {
        kit.changed("1", "ada@example.com", "Ada");
        kit.changed("2", "ben@example.com", "Ben");
        kit.database.write(tx -> tx.jdbc()
                .sql("DELETE FROM contact WHERE email_key = 'ada@example.com'")
                .update());
        kit.run();
        assertThat(kit.states()).isEqualTo(Map.of("delivered", 1, "waiting", 1));
    }

    @Test
    void contactsDoNotStarveBesideTransactionalMailWithoutEnd(@TempDir Path folder) {
        try (var busy = new SendingKit(folder, 60)) {
            busy.smartMails.allowMessagesPerBatch(1);
            for (int i = 0; i < 100; i++) {
                busy.send(io.smartmails.hub.queue.Item.Lane.TRANSACTIONAL, "ada@example.com");
            }
            busy.run();
            busy.changed("1", "ada@example.com", "Ada");
            busy.sync.step();
            assertThat(busy.smartMails.contactBatches()).hasSize(1);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static io.smartmails.hub.sending.SendingKit.person;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.sending.FakeSmartMails.Trouble;
import io.smartmails.testkit.Databases;
import io.smartmails.testkit.SettableClock;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContactSyncTest {
    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final FakeSmartMails smartMails = new FakeSmartMails(clock);
    private SendingKit kit;

    @BeforeEach
    void open() {
        kit = open(60);
    }

    private SendingKit open(int requestsPerMinute) {
        return new SendingKit(Databases.sqlite(folder, "db/hub"), smartMails, clock, requestsPerMinute);
    }

    @AfterEach
    void close() {
        kit.database.close();
        smartMails.close();
    }

    private void change(String sourceId, String firstName, String... lists) {
        clock.advance(Duration.ofMillis(10));
        kit.say(person(sourceId, "p" + sourceId + "@example.com", firstName, clock.instant()), lists);
    }

    private JsonNode sent(int batch) {
        return smartMails.batches.get(batch).body().path("contacts");
    }

    @Test
    void tenChangesThatWaitAreOneContactUpstreamAndSettleTogether() {
        for (int i = 0; i < 10; i++) {
            change("7", "Ada" + i);
        }
        assertThat(kit.contactSync.step()).isTrue();
        assertThat(kit.contactSync.step()).isFalse();
        assertThat(smartMails.batches).hasSize(1);
        assertThat(sent(0)).hasSize(1);
        assertThat(sent(0).path(0).path("first_name").asText()).isEqualTo("Ada9");
        assertThat(sent(0).path(0).path("external_ids").path("shopify").asText())
                .isEqualTo("7");
        assertThat(smartMails.batches.get(0).body().path("match_on").toString())
                .isEqualTo("[\"external_id:shopify\",\"email\"]");
        assertThat(kit.count("contact", "delivered")).isEqualTo(10);
    }

    @Test
    void whatChangesDuringTheCallWaitsForTheNext() {
        change("7", "Ada");
        smartMails.afterAccepting = () -> {
            smartMails.afterAccepting = () -> {};
            change("7", "Grace");
        };
        kit.contactSync.step();
        assertThat(kit.count("contact", "delivered")).isEqualTo(1);
        assertThat(kit.count("contact", "waiting")).isEqualTo(1);
        kit.contactSync.step();
        assertThat(sent(1).path(0).path("first_name").asText()).isEqualTo("Grace");
        assertThat(sent(1).path(0).path("source_updated_at").asText())
                .isGreaterThan(sent(0).path(0).path("source_updated_at").asText());
    }

    @Test
    void aListIsMadeOnceAndItsIdIsUsed() {
        smartMails.lists.put("customers", "lst_9");
        change("7", "Ada", "customers", "buyers");
        change("8", "Grace", "buyers");
        kit.drain();
        change("9", "Edsger", "buyers", "customers");
        kit.drain();
        assertThat(smartMails.requests)
                .extracting(FakeSmartMails.Request::line)
                .containsExactly(
                        "GET /account", "GET /lists", "POST /lists", "POST /contacts/batch", "POST /contacts/batch");
        assertThat(sent(0).path(0).path("lists").path("add").toString()).isEqualTo("[\"lst_buyers\",\"lst_9\"]");
        assertThat(kit.count("contact", "delivered")).isEqualTo(3);
        assertThat(kit.states("contact")).extracting(SendingKit.State::attempts).containsOnly(1);
    }

    @Test
    void listsAreLearntInTheSmallestBudgetToo() {
        kit.database.close();
        kit = open(1);
        change("7", "Ada", "customers");
        kit.drain();
        assertThat(kit.count("contact", "delivered")).isEqualTo(1);
        assertThat(smartMails.mostInAnyMinute()).isEqualTo(1);
    }

    @Test
    void aListThatWasDeletedThereIsMadeAgain() {
        change("7", "Ada", "customers");
        kit.drain();
        smartMails.lists.clear();
        change("8", "Grace", "customers");
        kit.drain();
        assertThat(kit.count("contact", "delivered")).isEqualTo(2);
        assertThat(smartMails.lists).containsEntry("customers", "lst_customers");
    }

    @Test
    void aListThatCannotBeMadeKillsOnlyWhatWantsIt() {
        change("7", "Ada", "!wrong");
        change("8", "Grace", "customers");
        kit.drain();
        assertThat(kit.states("contact")).extracting(SendingKit.State::state).containsExactly("dead", "delivered");
        assertThat(kit.states("contact").get(0).cause()).startsWith("the list '!wrong' cannot be used: ");
    }

    @Test
    void aFailedContactIsADeadLetterAndItsReplaySendsItAgain() {
        change("7", "Ada");
        change("8", "Grace");
        smartMails.rejects = contact -> contact.path("first_name").asText().equals("Ada") ? "field_type" : null;
        kit.contactSync.step();
        assertThat(kit.states("contact")).extracting(SendingKit.State::state).containsExactly("dead", "delivered");
        assertThat(kit.states("contact").get(0).cause())
                .isEqualTo("SmartMails rejected the contact: field_type, it is wrong");
        smartMails.rejects = contact -> null;
        kit.replay(kit.states("contact").get(0).id());
        kit.contactSync.step();
        assertThat(kit.count("contact", "delivered")).isEqualTo(2);
    }

    @Test
    void aBatchThatIsTooLargeIsHalved() {
        for (int i = 10; i < 30; i++) {
            change("" + i, "Ada");
            change("" + i, "Grace");
        }
        smartMails.spoils = contact -> contact.path("email").asText().startsWith("p17@");
        kit.drain();
        assertThat(kit.count("contact", "delivered")).isEqualTo(38);
        assertThat(kit.count("contact", "dead")).isEqualTo(2);
        assertThat(kit.states("contact"))
                .filteredOn(state -> state.state().equals("dead"))
                .extracting(SendingKit.State::batchKey)
                .containsOnly("contacts");
    }

    @Test
    void anOutageIsSatOut() {
        change("7", "Ada");
        smartMails.troubles.addAll(List.of(Trouble.BUSY, Trouble.DROP_AFTER_ACCEPTING, Trouble.THROTTLED));
        kit.drain();
        assertThat(kit.count("contact", "delivered")).isEqualTo(1);
        assertThat(smartMails.batches).hasSize(4);
    }

    @Test
    void anItemWhoseContactWasJoinedMeanwhileKeepsNothingElseWaiting() {
        change("8", "Grace");
        kit.database.write(tx -> kit.items.add(
                tx,
                new Item(
                        "itm_0",
                        Item.Kind.CONTACT,
                        "env_1",
                        "run_1",
                        null,
                        "con_gone",
                        Item.Lane.SYNC,
                        "contacts",
                        null,
                        0,
                        clock.instant(),
                        "{}"),
                clock.instant()));
        kit.contactSync.step();
        assertThat(kit.states("contact")).extracting(SendingKit.State::state).containsExactly("waiting", "delivered");
        assertThat(kit.states("contact").get(0).cause()).contains("joined");
    }

    @Test
    void aContactThatCannotBeReadDiesAlone() {
        change("7", "Ada");
        change("8", "Grace");
        change("9", "Edsger");
        kit.database.write(tx -> tx.jdbc()
                .sql("UPDATE contact SET json = '{' WHERE email_key = 'p8@example.com'")
                .update());
        kit.drain();
        assertThat(kit.states("contact"))
                .extracting(SendingKit.State::state)
                .containsExactly("delivered", "dead", "delivered");
    }

    @Test
    void numbersStayAsTheSourceWroteThem() {
        kit.say(new Contact(
                "7",
                "ada@example.com",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of("total_spent", new BigDecimal("120.00")),
                null,
                null,
                clock.instant()));
        smartMails.rejects = contact -> null;
        kit.contactSync.step();
        assertThat(kit.ledger
                        .outgoing(List.of(kit.database
                                .read()
                                .sql("SELECT id FROM contact")
                                .query(String.class)
                                .single()))
                        .values())
                .singleElement()
                .satisfies(contact -> assertThat(contact.members().get("fields"))
                        .isEqualTo(Map.of("total_spent", new BigDecimal("120.00"))));
        assertThat(smartMails.bodies).last().asString().contains("\"total_spent\":120.00");
    }

    @Test
    void nobodyStarvesBesideABacklogOfTransactionalMail() {
        smartMails.limits.put("messages_per_batch", 1);
        for (int i = 0; i < 100; i++) {
            kit.addSend("itm_" + i);
        }
        while (kit.sender.step()) {}
        change("7", "Ada");
        kit.contactSync.step();
        assertThat(kit.count("contact", "delivered")).isEqualTo(1);
    }
}

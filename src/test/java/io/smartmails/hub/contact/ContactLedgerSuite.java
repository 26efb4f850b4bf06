// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.db.Database;
import io.smartmails.hub.event.Consent;
import io.smartmails.hub.event.Consent.State;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.queue.ContactCommand;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.id.Ids;
import io.smartmails.testkit.SettableClock;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger, over either database. */
abstract class ContactLedgerSuite {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");

    private final SettableClock clock = new SettableClock();
    private Database database;
    private ContactLedger ledger;

    abstract Database database(Path folder);

    @BeforeEach
    void open(@TempDir Path folder) {
        var ids = new Ids(clock, new Random(3));
        database = database(folder);
        ledger = new ContactLedger(database, new ItemStore(database, clock), clock, ids);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static Instant at(int minutes) {
        return T0.plus(Duration.ofMinutes(minutes));
    }

    private static Consent consent(State state, Integer minutes) {
        return new Consent(state, "single", minutes == null ? null : at(minutes), "form");
    }

    /** A statement; absent is null. */
    private static Contact contact(String sourceId, String email, String firstName, Consent consent, int minutes) {
        return new Contact(
                sourceId,
                email,
                firstName,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of(),
                List.of(),
                consent,
                at(minutes));
    }

    private Merge merge(String connection, Contact contact, String... lists) {
        return database.write(tx -> ledger.merge(
                tx,
                new ContactCommand(
                        connection,
                        connection.equals("crm") ? "salesforce" : "shopify",
                        contact,
                        List.of(lists),
                        List.of()),
                "env_1",
                "run_1"));
    }

    private Merge merge(Contact contact, String... lists) {
        return merge("shop", contact, lists);
    }

    private List<ContactLedger.Outgoing> people() {
        return List.copyOf(ledger.outgoing(database.read()
                        .sql("SELECT id FROM contact ORDER BY id")
                        .query(String.class)
                        .list())
                .values());
    }

    private Map<String, Object> person() {
        assertThat(people()).hasSize(1);
        return people().get(0).members();
    }

    private Object status() {
        return person().get("consent") instanceof Map<?, ?> consent ? consent.get("status") : null;
    }

    private int items() {
        return database.read()
                .sql("SELECT COUNT(*) FROM item WHERE kind = 'contact' AND state = 'waiting' AND envelope_id = 'env_1'")
                .query(Integer.class)
                .single();
    }

    @Test
    void theFirstStatementMakesTheContactAndARepeatWritesNothing() {
        assertThat(merge(contact("1", " Ada@Example.com ", "Ada", null, 1), "customers"))
                .isEqualTo(Merge.CHANGED);
        assertThat(merge(contact("1", "ada@example.com", "Ada", null, 1), "customers"))
                .isEqualTo(Merge.UNCHANGED);
        assertThat(merge(contact("1", "ada@example.com", "Ada", null, 2), "customers"))
                .isEqualTo(Merge.UNCHANGED);

        assertThat(items()).isEqualTo(1);
        assertThat(person())
                .containsEntry("email", "Ada@Example.com")
                .containsEntry("external_ids", Map.of("shopify", "1"));
        assertThat(people().get(0).lists()).containsExactly("customers");
    }

    @Test
    void whatIsOlderThanWhatTheSameSourceSaidIsIgnored() {
        merge(contact("1", "ada@example.com", "Augusta", null, 5));
        assertThat(merge(contact("1", "old@example.com", "Ada", null, 3))).isEqualTo(Merge.STALE);
        assertThat(person()).containsEntry("first_name", "Augusta").containsEntry("email", "ada@example.com");
        assertThat(items()).isEqualTo(1);
    }

    @Test
    void whatASourceDoesNotSayClearsNothing() {
        merge(contact("1", "ada@example.com", "Ada", null, 1));
        assertThat(merge(contact("1", "ada@example.com", null, null, 2))).isEqualTo(Merge.UNCHANGED);
        assertThat(person()).containsEntry("first_name", "Ada");
    }

    @Test
    void nobodyIsMadeWithoutAnAddressButAKnownPersonNeedsNone() {
        assertThat(merge(contact("1", null, "Ada", null, 1))).isEqualTo(Merge.NO_ADDRESS);
        assertThat(merge(contact(null, "  ", "Ada", null, 1))).isEqualTo(Merge.NO_ADDRESS);
        merge(contact("1", "ada@example.com", "Ada", null, 2));
        assertThat(merge(contact("1", null, "Augusta", null, 3))).isEqualTo(Merge.CHANGED);
        assertThat(person()).containsEntry("first_name", "Augusta");
    }

    @Test
    void aChangedAddressMovesAlongWithTheOptOut() {
        merge(contact("1", "ada@example.com", "Ada", consent(State.UNSUBSCRIBED, 1), 1));
        assertThat(merge(contact("1", "augusta@example.com", null, null, 2))).isEqualTo(Merge.CHANGED);
        assertThat(person()).containsEntry("email", "augusta@example.com").containsEntry("first_name", "Ada");
        assertThat(status()).isEqualTo("unsubscribed");
    }

    @Test
    void anAddressThatSomebodyElseHoldsMakesThemOnePersonAndTheOptOutStays() {
        merge(contact("1", "ada@example.com", "Ada", consent(State.SUBSCRIBED, 1), 1), "customers");
        merge(contact(null, "augusta@example.com", null, consent(State.UNSUBSCRIBED, 3), 3), "guests");
        assertThat(merge(contact("1", "Augusta@example.com", "Ada", null, 4))).isEqualTo(Merge.CHANGED);

        assertThat(status()).isEqualTo("unsubscribed");
        assertThat(people().get(0).lists()).containsExactly("customers", "guests");
        Set<String> contacts = new HashSet<>(database.read()
                .sql("SELECT contact_id FROM item")
                .query(String.class)
                .list());
        assertThat(contacts).as("waiting items follow").hasSize(1);
    }

    @Test
    void aSourceThatStillSaysTheOldAddressDoesNotTakeTheChangeBack() {
        merge("shop", contact("1", "ada@example.com", "Ada", null, 1));
        merge("crm", contact("003", "ada@example.com", "Ada", null, 1));
        merge("shop", contact("1", "augusta@example.com", "Ada", null, 2));
        merge("crm", contact("003", "ada@example.com", "Augusta", null, 3));

        assertThat(person())
                .containsEntry("email", "augusta@example.com")
                .containsEntry("first_name", "Augusta")
                .containsEntry("external_ids", Map.of("shopify", "1", "salesforce", "003"));
    }

    @Test
    void anIdThatIsNewIsNewsForSmartMailsEvenWhenNothingElseIs() {
        merge(contact(null, "ada@example.com", "Ada", null, 1));
        assertThat(merge(contact("1", "ada@example.com", "Ada", null, 2))).isEqualTo(Merge.CHANGED);
        assertThat(person()).containsEntry("external_ids", Map.of("shopify", "1"));
    }

    @Test
    void onlyAnExplicitOptInAfterTheOptOutClearsIt() {
        merge(contact("1", "ada@example.com", null, consent(State.UNSUBSCRIBED, 5), 5));
        merge(contact("1", "ada@example.com", null, consent(State.SUBSCRIBED, 4), 6));
        assertThat(status()).isEqualTo("unsubscribed");
        merge(contact("1", "ada@example.com", null, consent(State.SUBSCRIBED, null), 7));
        assertThat(status()).as("an opt-in without a time").isEqualTo("unsubscribed");
        merge(contact("1", "ada@example.com", null, consent(State.PENDING, 8), 8));
        merge(contact("1", "ada@example.com", null, consent(State.UNKNOWN, 9), 9));
        merge("crm", contact("003", "ada@example.com", null, null, 10));
        assertThat(status()).isEqualTo("unsubscribed");
        assertThat(merge(contact("1", "ada@example.com", null, consent(State.SUBSCRIBED, 11), 11)))
                .isEqualTo(Merge.CHANGED);
        assertThat(status()).isEqualTo("subscribed");
        assertThat(person().get("consent").toString())
                .contains("at=2026-11-01T00:11:00Z", "method=single", "text=form");
    }

    @Test
    void anOptOutWithoutATimeCountsFromItsStatement() {
        merge(contact("1", "ada@example.com", null, consent(State.SUBSCRIBED, 3), 3));
        merge("crm", contact("003", "ada@example.com", null, consent(State.UNSUBSCRIBED, null), 4));
        assertThat(status()).isEqualTo("unsubscribed");
        merge("crm", contact("003", "ada@example.com", null, consent(State.UNKNOWN, null), 9));
        assertThat(status()).isEqualTo("unsubscribed");
    }

    @Test
    void unknownIsNeverSubscribed() {
        merge(contact("1", "ada@example.com", "Ada", consent(State.UNKNOWN, 1), 1));
        assertThat(status()).isNull();
    }

    @Test
    void ownFieldsKeepTheirNumbersAsWritten() {
        merge(new Contact(
                "1",
                "ada@example.com",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of("total_spent", new BigDecimal("10.00")),
                List.of("vip"),
                null,
                at(1)));
        assertThat(person().get("fields")).hasToString("{total_spent=10.00}");
        assertThat(person().get("tags")).hasToString("{add=[vip]}");
    }

    @Test
    void theResultDoesNotDependOnTheOrderOfArrival() {
        var random = new Random(99);
        State[] states = State.values();
        for (int round = 0; round < 60; round++) {
            List<ContactCommand> statements = new ArrayList<>();
            String name = "p" + round;
            for (int version = -1; version <= 7; version++) {
                String connection = version == -1 || (version > 0 && random.nextBoolean()) ? "shop" : "crm";
                boolean address = connection.equals("shop") && version > 4;
                statements.add(new ContactCommand(
                        connection,
                        connection.equals("crm") ? "salesforce" : "shopify",
                        new Contact(
                                name,
                                name + (address ? "-new" : "") + "@example.com",
                                random.nextBoolean() ? "First" + version : null,
                                random.nextBoolean() ? "Last" + version : null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                Map.of("score", random.nextInt(3)),
                                List.of("t" + random.nextInt(3)),
                                consent(states[random.nextInt(4)], random.nextBoolean() ? version + 2 : null),
                                at(version + 2)),
                        List.of("l" + random.nextInt(3)),
                        List.of()));
            }
            assertThat(outcome(statements, round + "a", random)).isEqualTo(outcome(statements, round + "b", random));
        }
    }

    /** What the statements make of a person of their own, told in a random order but for the first of each source. */
    private Map<String, Object> outcome(List<ContactCommand> statements, String person, Random random) {
        List<ContactCommand> shuffled = new ArrayList<>(statements);
        Collections.shuffle(shuffled, random);
        // Whom a source means is settled by the address it says first; what it says later may come in any order.
        for (ContactCommand first : statements.subList(0, 2)) {
            shuffled.remove(first);
            shuffled.add(0, first);
        }
        Set<String> ids = new HashSet<>();
        for (ContactCommand command : shuffled) {
            Contact c = command.contact();
            String email = person + c.email();
            var named = new Contact(
                    person + c.sourceId(),
                    email,
                    c.firstName(),
                    c.lastName(),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    c.fields(),
                    c.tags(),
                    c.consent(),
                    c.updatedAt());
            merge(command.connection(), named, command.lists().toArray(String[]::new));
            ids.addAll(database.read()
                    .sql("SELECT contact_id FROM contact_source WHERE source_id = :id")
                    .param("id", person + c.sourceId())
                    .query(String.class)
                    .list());
        }
        assertThat(ids).hasSize(1);
        ContactLedger.Outgoing outgoing =
                ledger.outgoing(ids).values().iterator().next();
        Map<String, Object> members = new java.util.TreeMap<>(outgoing.members());
        members.remove("source_updated_at");
        members.remove("external_ids");
        members.put("email", members.get("email").toString().substring(person.length()));
        members.put("lists", List.copyOf(outgoing.lists()));
        return members;
    }
}

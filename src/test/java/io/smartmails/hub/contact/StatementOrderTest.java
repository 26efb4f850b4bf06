// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.db.Database;
import io.smartmails.hub.event.Consent;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.queue.ContactCommand;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.id.Ids;
import io.smartmails.testkit.Databases;
import io.smartmails.testkit.SettableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every order of arrival, and statements no sane source makes. */
class StatementOrderTest {
    private static final Instant T = Instant.parse("2026-11-24T07:00:00Z");

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private Database database;
    private ContactStore store;
    private ContactLedger ledger;

    @BeforeEach
    void open() {
        database = Databases.sqlite(folder, "db/hub");
        store = new ContactStore(database);
        ledger = new ContactLedger(database, new ItemStore(database, clock), clock, new Ids(clock, new Random(1)));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static Instant at(int minute) {
        return T.plus(Duration.ofMinutes(minute));
    }

    /** A statement of a source; {@code minute} is its version. */
    private record Said(
            String connection, String sourceId, String email, String name, Consent consent, Integer minute) {
        ContactCommand command() {
            var contact = new Contact(
                    sourceId,
                    email,
                    name,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    name == null ? Map.of() : Map.of("of_" + connection, minute == null ? 0 : minute),
                    name == null ? List.of() : List.of(name),
                    consent,
                    minute == null ? null : at(minute));
            return new ContactCommand(connection, connection, contact, List.of(connection), List.of());
        }
    }

    private static Said shop(String id, String email, String name, int minute) {
        return new Said("shop", id, email, name, null, minute);
    }

    private static Said shopConsent(Consent consent, int minute) {
        return new Said("shop", "7", "ada@example.com", null, consent, minute);
    }

    private static Consent consent(Consent.State state, Integer minute, String evidence) {
        return new Consent(state, "single", minute == null ? null : at(minute), evidence);
    }

    private static Consent optIn(Integer minute) {
        return consent(Consent.State.SUBSCRIBED, minute, "shop form");
    }

    private static Consent optOut(Integer minute) {
        return consent(Consent.State.UNSUBSCRIBED, minute, "shop form");
    }

    private Merge say(Said said) {
        return database.write(tx -> ledger.merge(tx, said.command(), "env_1", "run_1"));
    }

    private List<String> contactIds() {
        return database.read().sql("SELECT id FROM contact").query(String.class).list();
    }

    private List<Person> people() {
        return store.byIds(contactIds()).stream().map(ContactStore.Row::person).toList();
    }

    private Person person() {
        assertThat(people()).hasSize(1);
        return people().get(0);
    }

    private int items() {
        return database.read()
                .sql("SELECT COUNT(*) FROM item")
                .query(Integer.class)
                .single();
    }

    /** What is known after a sequence; forgotten again. */
    private String outcome(List<Said> sequence) {
        database.write(tx -> {
            sequence.forEach(said -> ledger.merge(tx, said.command(), "env_1", "run_1"));
            return null;
        });
        // Since when an address is known, and how it is spelled, may depend on who came first.
        String outcome = people().stream().map(Person::withoutAddress).toList() + " "
                + people().stream().map(Person::emailKey).toList()
                + people().stream().map(p -> p.consent().state()).toList()
                + store.sourcesOf(contactIds()).stream()
                        .map(source -> source.connector() + source.sourceId())
                        .sorted()
                        .toList();
        database.write(tx -> {
            List.of("contact", "contact_source", "item")
                    .forEach(table -> tx.jdbc().sql("DELETE FROM " + table).update());
            return null;
        });
        return outcome;
    }

    private static <T> void permute(List<T> rest, List<T> chosen, Collection<List<T>> all) {
        if (rest.isEmpty()) {
            all.add(List.copyOf(chosen));
        }
        for (T next : rest) {
            List<T> others = new ArrayList<>(rest);
            others.remove(next);
            chosen.add(next);
            permute(others, chosen, all);
            chosen.remove(chosen.size() - 1);
        }
    }

    private Set<String> outcomesOfEveryOrder(Said... statements) {
        Set<List<Said>> orders = new LinkedHashSet<>();
        permute(List.of(statements), new ArrayList<>(), orders);
        Set<String> outcomes = new LinkedHashSet<>();
        orders.forEach(order -> outcomes.add(outcome(order)));
        return outcomes;
    }

    @Test
    void everyOrderOfStatementsOfSeveralSourcesGivesTheSamePerson() {
        assertThat(outcomesOfEveryOrder(
                        shop("7", "ada@example.com", "Ada", 1),
                        shop("7", "ada@example.com", "Augusta", 3),
                        new Said("crm", "c1", "ADA@example.com", "A.", optIn(2), 2),
                        new Said("shop", null, "Ada@Example.com", null, null, 2),
                        new Said("shop", "7", "ada@example.com", null, optOut(null), 4),
                        new Said("crm", "c1", "ada@example.com", "Ada", optIn(null), 5)))
                .hasSize(1)
                .first()
                .asString()
                .contains("[UNSUBSCRIBED]", "[crmc1, shop7]");
    }

    @Test
    void everyOrderOfStatementsOfOneVersionGivesTheSamePerson() {
        assertThat(outcomesOfEveryOrder(
                        shop("7", "ada@example.com", "Ada", 1),
                        shop("7", "ada@example.com", "Augusta", 1),
                        new Said("crm", "c1", "ada@example.com", "A.", null, 1),
                        shopConsent(consent(Consent.State.SUBSCRIBED, 1, "form"), 1),
                        shopConsent(consent(Consent.State.SUBSCRIBED, 1, "checkout"), 1),
                        shopConsent(consent(Consent.State.SUBSCRIBED, 1, null), 1)))
                .hasSize(1);
    }

    @Test
    void everyOrderJoinsTheTwoRowsOfOnePerson() {
        assertThat(outcomesOfEveryOrder(
                        shop("7", "old@example.com", "Ada", 1),
                        shop("7", "new@example.com", "Augusta", 2),
                        new Said("crm", "c1", "new@example.com", "A.", optOut(1), 1),
                        new Said("desk", "d1", "new@example.com", null, optIn(0), 3)))
                .hasSize(1)
                .first()
                .asString()
                .contains("[UNSUBSCRIBED]", "[crmc1, deskd1, shop7]");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void anyStatementsInAnyOrderGiveTheSamePerson(long seed) {
        var random = new Random(seed);
        List<Said> statements = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            String connection = random.nextBoolean() ? "shop" : "crm";
            Consent.State state = Consent.State.values()[random.nextInt(4)];
            statements.add(new Said(
                    connection,
                    random.nextInt(3) == 0 ? null : connection + 7,
                    random.nextBoolean() ? "ada@example.com" : "Ada@example.com",
                    random.nextBoolean() ? null : "Name" + random.nextInt(3),
                    random.nextBoolean()
                            ? null
                            : consent(state, random.nextBoolean() ? null : random.nextInt(4), "e" + random.nextInt(2)),
                    random.nextInt(4)));
        }
        String expected = outcome(statements);
        for (int i = 0; i < 20; i++) {
            Collections.shuffle(statements, random);
            assertThat(outcome(statements)).isEqualTo(expected);
        }
    }

    @Test
    void aNewerStatementOfTheSameIsRememberedSoThatAnOlderOneCannotWin() {
        say(shop("7", "ada@example.com", "Ada", 1));
        assertThat(say(new Said("shop", "7", "ada@example.com", null, null, 5))).isEqualTo(Merge.UNCHANGED);
        assertThat(say(new Said("shop", "7", "old@example.com", null, null, 3))).isEqualTo(Merge.STALE);
        assertThat(person().email()).isEqualTo("ada@example.com");
    }

    @Test
    void anOptInOfAnImpossibleTimeUndoesNoOptOut() {
        say(shopConsent(optOut(2), 2));
        var farAhead = new Consent(Consent.State.SUBSCRIBED, "single", Instant.parse("9999-12-31T00:00:00Z"), null);
        say(shopConsent(farAhead, 3));
        assertThat(person().consent().state()).isEqualTo(Consent.State.UNSUBSCRIBED);
    }

    @Test
    void anOptOutDatedToTheYearOneIsNotOlderThanAnOptInWithoutTime() {
        var yearOne = new Consent(Consent.State.UNSUBSCRIBED, null, Instant.parse("0001-01-01T00:00:00Z"), null);
        say(shopConsent(yearOne, 2));
        say(shopConsent(optIn(null), 3));
        assertThat(person().consent().state()).isEqualTo(Consent.State.UNSUBSCRIBED);
    }

    @Test
    void aChangedAddressMovesAlongAndTheOldOneFindsNobody() {
        say(shop("7", "old@example.com", "Ada", 1));
        say(shop("7", "new@example.com", "Ada", 2));
        assertThat(person().email()).isEqualTo("new@example.com");
        say(new Said("shop", null, "old@example.com", "Somebody", null, 3));
        assertThat(people()).hasSize(2);
    }

    @Test
    void twoRowsThatTurnOutOnePersonAreJoinedWithTheirItemsAndMoveOn() {
        say(shop("7", "old@example.com", "Ada", 1));
        for (int i = 0; i < 5; i++) {
            say(new Said("crm", "c1", "new@example.com", "N" + i, null, i));
        }
        long before = database.read()
                .sql("SELECT MAX(changed_at) FROM contact")
                .query(Long.class)
                .single();
        assertThat(say(shop("7", "new@example.com", "Ada", 9))).isEqualTo(Merge.CHANGED);
        String id = contactIds().get(0);
        assertThat(contactIds()).hasSize(1);
        assertThat(database.read()
                        .sql("SELECT DISTINCT contact_id FROM item")
                        .query(String.class)
                        .list())
                .containsExactly(id);
        assertThat(store.byIds(List.of(id)).get(0).changedAt()).isGreaterThan(before);
        assertThat(say(new Said("crm", "c1", null, "N9", null, 10))).isEqualTo(Merge.CHANGED);
        assertThat(contactIds()).containsExactly(id);
    }

    @Test
    void whatIsTooLongForAnAddressIsNone() {
        assertThat(say(shop("7", "x".repeat(320) + "@example.com", "Ada", 1))).isEqualTo(Merge.NO_ADDRESS);
        assertThat(say(shop("7", "ada\0@example.com", "Ada", 1))).isEqualTo(Merge.NO_ADDRESS);
        assertThat(people()).isEmpty();
    }

    @Test
    void twoStatementsOfOneMillisecondHaveGrowingVersions() {
        say(shop("7", "ada@example.com", "Ada", 1));
        say(shop("7", "ada@example.com", "Augusta", 2));
        assertThat(store.byIds(contactIds()).get(0).changedAt()).isEqualTo(clock.millis() + 1);
    }

    @Test
    void anOptOutTravelsWithItsTimeMethodAndEvidence() {
        say(shopConsent(optOut(2), 2));
        assertThat(ledger.outgoing(contactIds()).values())
                .singleElement()
                .satisfies(contact -> assertThat(contact.members().get("consent"))
                        .isEqualTo(Map.of(
                                "status",
                                "unsubscribed",
                                "source",
                                "shop",
                                "method",
                                "single",
                                "at",
                                "2026-11-24T07:02:00Z",
                                "text",
                                "shop form")));
    }
}

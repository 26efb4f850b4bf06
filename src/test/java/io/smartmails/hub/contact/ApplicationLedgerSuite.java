// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.db.Database;
import io.smartmails.hub.contact.ContactPatch.Names;
import io.smartmails.hub.contact.Contacts.Outcome;
import io.smartmails.hub.event.Consent;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.queue.Account;
import io.smartmails.hub.queue.ContactCommand;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.id.Ids;
import io.smartmails.testkit.SettableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications beside sources in one ledger, over either database. */
abstract class ApplicationLedgerSuite {
    private static final Contacts.Settings UPSERT = new Contacts.Settings("upsert", List.of(), false, false);

    private final SettableClock clock = new SettableClock();
    private Database database;
    private ContactLedger ledger;
    private Contacts contacts;
    private Lists lists;
    private Suppressions suppressions;
    private ItemStore items;
    private Ids ids;

    abstract Database database(Path folder);

    @BeforeEach
    void open(@TempDir Path folder) {
        ids = new Ids(clock, new Random(3));
        database = database(folder);
        items = new ItemStore(database, clock);
        ledger = new ContactLedger(database, items, clock, ids);
        contacts = new Contacts(ledger);
        lists = new Lists(ledger, contacts);
        suppressions = new Suppressions(ledger, contacts);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static ContactPatch patch(
            String email, Map<String, Object> facts, Names tags, Names onLists, String status) {
        return new ContactPatch(email, facts, Set.of(), Map.of(), tags, onLists, status, null, null, null);
    }

    private static ContactPatch named(String email, String firstName) {
        return patch(email, Map.of("first_name", firstName), Names.NONE, Names.NONE, null);
    }

    private static Names add(String... names) {
        return new Names(Set.of(names), Set.of(), false);
    }

    private static Names remove(String... names) {
        return new Names(Set.of(), Set.of(names), false);
    }

    private Outcome say(ContactPatch patch) {
        return database.write(tx -> contacts.upsert(tx, patch, UPSERT, "", "env_1"));
    }

    private void source(String email, String firstName, Consent consent, Instant at, String... onLists) {
        database.write(tx -> ledger.merge(
                tx,
                new ContactCommand(
                        "shop",
                        "shopify",
                        new Contact(
                                "s-" + email,
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
                                at),
                        List.of(onLists),
                        List.of()),
                "env_2",
                null));
    }

    private ContactLedger.Outgoing outgoing(String id) {
        return ledger.outgoing(List.of(id)).get(id);
    }

    private Map<String, Object> view(String reference) {
        return contacts.view(reference).orElseThrow();
    }

    private static Paging page(int limit, Paging.After after, Map<String, String> filters) {
        return new Paging(limit, false, false, after, true, Map.of(), filters);
    }

    private List<Object> emails(Map<String, String> filters) {
        return contacts.list(page(100, null, filters)).data().stream()
                .map(contact -> contact.get("email"))
                .toList();
    }

    private int waiting() {
        return database.read()
                .sql("SELECT COUNT(*) FROM item WHERE envelope_id = 'env_1'")
                .query(Integer.class)
                .single();
    }

    @Test
    void anApplicationWinsUntilASourceSaysSomethingNewer() {
        source("ada@example.com", "Ada", null, clock.instant());
        assertThat(say(named("ada@example.com", "Augusta")).status()).isEqualTo("updated");
        source("ada@example.com", "Adele", null, clock.instant().minusSeconds(60));
        assertThat(view("ada@example.com")).containsEntry("first_name", "Augusta");
        clock.advance(Duration.ofMinutes(1));
        source("ada@example.com", "Adele", null, clock.instant());
        assertThat(view("ada@example.com")).containsEntry("first_name", "Adele");
    }

    @Test
    void whatChangesNothingWritesNothing() {
        assertThat(say(named("ada@example.com", "Ada")).status()).isEqualTo("created");
        Object changed = view("ada@example.com").get("updated_at");
        clock.advance(Duration.ofMinutes(1));
        assertThat(say(named("Ada@Example.com", "Ada")).status()).isEqualTo("updated");
        assertThat(say(named("Ada@Example.com", "Ada")).status()).isEqualTo("unchanged");
        assertThat(waiting()).isEqualTo(2);
        assertThat(view("ada@example.com").get("updated_at")).isNotEqualTo(changed);
    }

    @Test
    void whatIsTakenAwayStaysAwayUntilSomebodySaysItAgainLater() {
        Instant before = clock.instant();
        source("ada@example.com", "Ada", null, before, "customers");
        String list =
                lists.list(page(10, null, Map.of())).data().get(0).get("id").toString();
        clock.advance(Duration.ofMinutes(1));
        Outcome off = say(patch("ada@example.com", Map.of(), remove("vip"), remove("customers"), null));
        assertThat(outgoing(off.id()).lists()).isEmpty();
        assertThat(outgoing(off.id()).leaves()).containsExactly("customers");
        assertThat(emails(Map.of("list_id", list))).isEmpty();

        source("ada@example.com", "Ada", null, before.plusSeconds(1), "customers");
        assertThat(outgoing(off.id()).lists()).isEmpty();
        clock.advance(Duration.ofMinutes(1));
        source("ada@example.com", "Ada", null, clock.instant(), "customers");
        assertThat(outgoing(off.id()).lists()).containsExactly("customers");
        assertThat(outgoing(off.id()).leaves()).isEmpty();
        assertThat(emails(Map.of("list_id", list))).containsExactly("ada@example.com");
    }

    @Test
    void aTagTakenAwayIsTakenAwayAtSmartMailsToo() {
        Outcome ada = say(patch("ada@example.com", Map.of(), add("a", "b"), Names.NONE, null));
        say(patch("ada@example.com", Map.of(), remove("a"), Names.NONE, null));
        assertThat(outgoing(ada.id()).members().get("tags")).hasToString("{add=[b], remove=[a]}");
        assertThat(emails(Map.of("tag", "a"))).isEmpty();
        assertThat(emails(Map.of("tag", "b"))).hasSize(1);
    }

    @Test
    void anOptOutOfAnApplicationHoldsAgainstASourceThatKnowsAnOlderOptIn() {
        var optIn = new Consent(Consent.State.SUBSCRIBED, "single", clock.instant(), "form");
        source("ada@example.com", "Ada", optIn, clock.instant());
        clock.advance(Duration.ofMinutes(5));
        var evidence = new ContactPatch.Evidence("page", null, "192.0.2.1", null, null);
        database.write(tx -> contacts.decide(tx, "ada@example.com", false, List.of(), evidence, "env_1"));
        clock.advance(Duration.ofMinutes(5));
        source("ada@example.com", "Adele", optIn, clock.instant());
        assertThat(view("ada@example.com")).containsEntry("status", "unsubscribed");
        assertThat(suppressions.view("ada@example.com").orElseThrow()).containsEntry("reason", "unsubscribe");

        source(
                "ada@example.com",
                "Adele",
                new Consent(Consent.State.SUBSCRIBED, "single", clock.instant(), "form"),
                clock.instant());
        assertThat(outgoing(view("ada@example.com").get("id").toString())
                        .members()
                        .get("consent"))
                .asString()
                .contains("status=subscribed");
    }

    @Test
    void aSuppressionWithAnOptOutReachesTheContact() {
        Outcome ada = say(patch("ada@example.com", Map.of(), Names.NONE, Names.NONE, "subscribed"));
        long now = clock.millis();
        database.write(tx -> {
            suppressions.add(
                    tx, new Suppression("ada@example.com", "marketing", "unsubscribe", null, null, now, now), "env_1");
            return null;
        });
        assertThat(view("ada@example.com")).containsEntry("status", "unsubscribed");
        assertThat(outgoing(ada.id()).members().get("consent")).asString().contains("status=unsubscribed");
        assertThat(say(patch("ada@example.com", Map.of(), Names.NONE, Names.NONE, "subscribed"))
                        .keptStatus())
                .isEqualTo("unsubscribed");
    }

    @Test
    void anArchivedContactComesBackByANewerStatementOnly() {
        Instant before = clock.instant();
        source("ada@example.com", "Ada", null, before);
        clock.advance(Duration.ofMinutes(1));
        database.write(tx -> contacts.archive(tx, List.of("ada@example.com"), "env_1"));
        String id = view("ada@example.com").get("id").toString();
        assertThat(outgoing(id).reference()).isEqualTo("ada@example.com");
        source("ada@example.com", "Adele", null, before.plusSeconds(1));
        assertThat(view("ada@example.com")).containsEntry("status", "archived");
        clock.advance(Duration.ofMinutes(1));
        source("ada@example.com", "Adele", null, clock.instant());
        assertThat(view("ada@example.com")).containsEntry("status", "pending");
        assertThat(outgoing(id).reference()).isNull();
    }

    @Test
    void aContactNeedsNoAddressWhenAnApplicationKnowsItByAnId() {
        var patch = new ContactPatch(
                null, Map.of(), Set.of(), Map.of("crm", "7"), Names.NONE, Names.NONE, null, null, null, null);
        Outcome made = say(patch);
        assertThat(made.status()).isEqualTo("created");
        assertThat(view("ext:crm:7")).containsEntry("id", made.id()).containsEntry("email", null);
        assertThat(say(patch).status()).isEqualTo("unchanged");
        assertThat(outgoing(made.id()).namespaces()).containsExactly("crm", "hub");
        assertThat(emails(Map.of("external_id", "crm:7"))).hasSize(1);
        assertThat(emails(Map.of("external_id", "erp:7"))).isEmpty();
    }

    @Test
    void twoContactsBecomeOneOnlyWhenAskedTo() {
        say(new ContactPatch(
                "ada@example.com",
                Map.of(),
                Set.of(),
                Map.of("crm", "7"),
                add("a"),
                Names.NONE,
                null,
                null,
                null,
                null));
        say(patch("augusta@example.com", Map.of(), add("b"), Names.NONE, "unsubscribed"));
        var both = new ContactPatch(
                "augusta@example.com",
                Map.of(),
                Set.of(),
                Map.of("crm", "7"),
                Names.NONE,
                Names.NONE,
                null,
                null,
                null,
                null);
        assertThat(say(both).error().code()).isEqualTo("conflict");
        var settings = new Contacts.Settings("upsert", List.of(), false, true);
        Outcome joined = database.write(tx -> contacts.upsert(tx, both, settings, "", "env_1"));
        assertThat(joined.status()).isEqualTo("updated");
        assertThat(view(joined.id()))
                .containsEntry("email", "augusta@example.com")
                .containsEntry("status", "unsubscribed");
        assertThat(view(joined.id()).get("tags")).hasToString("[a, b]");
        assertThat(contacts.list(page(10, null, Map.of())).data()).hasSize(1);
    }

    @Test
    void listingsAreWholeAndStablePageByPage() {
        for (int i = 0; i < 25; i++) {
            say(named("p" + i + "_%@example.com", "P" + i));
            if (i % 5 == 0) {
                clock.advance(Duration.ofMillis(1));
            }
        }
        List<Object> seen = new ArrayList<>();
        Paging.After after = null;
        do {
            Page page = contacts.list(page(4, after, Map.of()));
            assertThat(page.total()).isEqualTo(25);
            page.data().forEach(contact -> seen.add(contact.get("email")));
            after = page.next();
        } while (after != null);
        assertThat(seen).hasSize(25).doesNotHaveDuplicates();
        assertThat(emails(Map.of("q", "p1_%"))).hasSize(1);
        assertThat(emails(Map.of("q", "p1%example"))).isEmpty();
        assertThat(emails(Map.of("status", "subscribed"))).isEmpty();
    }

    @Test
    void anotherAccountsObjectsAreNotThere() {
        Outcome ada = say(named("ada@example.com", "Ada"));
        String list = database.write(tx -> lists.save(tx, null, "Readers", Map.of()));
        var other = new ContactLedger(database, items, clock, ids, Account.MAIN + "-test");
        var otherContacts = new Contacts(other);
        var otherLists = new Lists(other, otherContacts);
        assertThat(otherContacts.view(ada.id())).isEmpty();
        assertThat(otherContacts.view("ada@example.com")).isEmpty();
        assertThat(otherLists.view(list)).isEmpty();
        assertThat(otherContacts.list(page(10, null, Map.of("list_id", list))).data())
                .isEmpty();
        database.write(tx -> otherContacts.upsert(tx, named("ada@example.com", "Test"), UPSERT, "", "env_test"));
        assertThat(view("ada@example.com")).containsEntry("first_name", "Ada");
        assertThat(database.read()
                        .sql("SELECT COUNT(*) FROM item")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
        assertThat(otherLists.nextDirty()).isEmpty();
    }

    @Test
    void aDeletedListFreesItsNameAndWaitsToBeDeletedAtSmartMails() {
        String list = database.write(tx -> lists.save(tx, null, "Readers", new HashMap<>(Map.of("description", "d"))));
        Outcome ada = say(patch("ada@example.com", Map.of(), Names.NONE, add("Readers"), null));
        assertThat(lists.view(list).orElseThrow()).containsEntry("contact_count", 1L);
        Lists.Dirty dirty = lists.nextDirty().orElseThrow();
        assertThat(dirty.fields()).containsEntry("name", "Readers").containsEntry("description", "d");
        database.write(tx -> {
            lists.synced(tx, dirty, "up_1", true);
            return null;
        });
        assertThat(lists.nextDirty()).isEmpty();
        assertThat(ledger.upstreamLists()).containsEntry("Readers", "up_1");

        clock.advance(Duration.ofSeconds(1));
        boolean deleted = database.write(tx -> lists.delete(tx, list));
        assertThat(deleted).isTrue();
        assertThat(lists.view(list)).isEmpty();
        assertThat(view(ada.id()).get("lists")).hasToString("[]");
        Lists.Dirty gone = lists.nextDirty().orElseThrow();
        assertThat(gone.isDeletion()).isTrue();
        assertThat(gone.upstreamId()).isEqualTo("up_1");
        String second = database.write(tx -> lists.save(tx, null, "Readers", Map.of()));
        assertThat(second).isNotEqualTo(list);
    }

    @Test
    void whatChangesWhileItIsOnItsWayStaysDirty() {
        String list = database.write(tx -> lists.save(tx, null, "Readers", Map.of()));
        Lists.Dirty sent = lists.nextDirty().orElseThrow();
        clock.advance(Duration.ofSeconds(1));
        database.write(tx -> lists.save(tx, list, "Renamed", Map.of()));
        database.write(tx -> {
            lists.synced(tx, sent, "up_1", true);
            return null;
        });
        Lists.Dirty again = lists.nextDirty().orElseThrow();
        assertThat(again.fields()).containsEntry("name", "Renamed");
        assertThat(again.upstreamId()).isEqualTo("up_1");
    }

    @Test
    void rowsOfBeforeThisVersionAreFoundByListTagAndStatus() {
        source(
                "ada@example.com",
                "Ada",
                new Consent(Consent.State.SUBSCRIBED, "single", clock.instant(), "f"),
                clock.instant());
        String json = database.read()
                .sql("SELECT json FROM contact")
                .query(String.class)
                .single();
        String old = json.replaceAll("\"marks\":\\{.*\\}\\}$", "\"x\":1}")
                .replace(",\"x\":1}", "}")
                .replace("\"lists\":[]", "\"lists\":[\"customers\"]")
                .replace("\"tags\":[]", "\"tags\":[\"vip\"]");
        database.write(tx -> tx.jdbc()
                .sql("UPDATE contact SET json = :json, status = NULL")
                .param("json", old)
                .update());
        ledger.index();
        String list = lists.list(page(10, null, Map.of("name", "customers")))
                .data()
                .get(0)
                .get("id")
                .toString();
        assertThat(emails(Map.of("list_id", list, "tag", "vip", "status", "subscribed")))
                .hasSize(1);
        assertThat(outgoing(view("ada@example.com").get("id").toString()).lists())
                .containsExactly("customers");
    }

    @Test
    void suppressionsEndAndAreReleased() {
        long now = clock.millis();
        database.write(tx -> {
            suppressions.add(tx, new Suppression("a@example.com", "all", "manual", "n", now + 1000, now, now), "env_1");
            suppressions.add(tx, new Suppression("b@example.com", "all", "hard_bounce", null, null, now, now), "env_1");
            return null;
        });
        assertThat(suppressions.list(page(10, null, Map.of())).data()).hasSize(2);
        assertThat(suppressions.dirty(10)).hasSize(2);
        List<Suppression> told = suppressions.dirty(10);
        database.write(tx -> {
            suppressions.synced(tx, told);
            return null;
        });
        assertThat(suppressions.dirty(10)).isEmpty();
        clock.advance(Duration.ofSeconds(2));
        assertThat(suppressions.view("a@example.com")).isEmpty();
        boolean removed = database.write(tx -> suppressions.remove(tx, "b@example.com"));
        assertThat(removed).isTrue();
        assertThat(suppressions.view("b@example.com")).isEmpty();
        assertThat(suppressions.nextRelease()).contains("b@example.com");
        database.write(tx -> {
            suppressions.released(tx, "b@example.com");
            return null;
        });
        assertThat(suppressions.nextRelease()).isEmpty();
    }
}

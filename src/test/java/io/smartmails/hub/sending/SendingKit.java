// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.contact.ContactLedger;
import io.smartmails.hub.contact.Merge;
import io.smartmails.hub.event.Consent;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.queue.ContactCommand;
import io.smartmails.hub.queue.DeadLetter;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.KindRules;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.smartmails.LedgerClient;
import io.smartmails.hub.smartmails.SmartMailsClient;
import io.smartmails.hub.smartmails.SmartMailsSettings;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.testkit.Databases;
import io.smartmails.testkit.FakeSmartMails;
import io.smartmails.testkit.SettableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/** The sending stage over a fresh database and a fake SmartMails; its clock stands until the test moves it. */
final class SendingKit implements AutoCloseable {
    final SettableClock clock = new SettableClock();
    final Ids ids = new Ids(clock, new Random(1));
    final FakeSmartMails smartMails = new FakeSmartMails();
    final Database database;
    final ItemStore items;
    final DeadLetterStore deadLetters;
    final SmartMailsClient client;
    final Wakeup wakeup = new Wakeup();
    final Set<String> publishable = new HashSet<>();
    final List<String> alarms = new CopyOnWriteArrayList<>();
    KindRules rules = KindRules.USUAL;
    Budget budget;
    Upstream upstream;
    AccountLimits limits;
    Sender sender;
    ContactLedger ledger;
    ContactSync sync;

    SendingKit(Path folder, int requestsPerMinute) {
        this(Databases.sqlite(folder, "db/hub"), requestsPerMinute);
    }

    SendingKit(Database database, int requestsPerMinute) {
        this.database = database;
        items = new ItemStore(database, clock);
        deadLetters = new DeadLetterStore(database, clock);
        client = new SmartMailsClient(
                new SmartMailsSettings(smartMails.baseUrl(), FakeSmartMails.KEY, requestsPerMinute), clock);
        start(requestsPerMinute);
    }

    /** Again, as a new process would; what the old one had in memory is gone. */
    void start(int requestsPerMinute) {
        budget = new Budget(new RequestLogStore(database), requestsPerMinute, clock, ids);
        upstream = new Upstream(budget, client, (type, subject, detail) -> alarms.add(type + " " + subject), clock);
        var failures =
                new ItemFailures(items, new TimelineStore(clock, ids), new RetryPolicy(new Random(2)), rules, clock);
        limits = new AccountLimits(upstream, client, budget, clock);
        sender = new Sender(
                database,
                items,
                failures,
                upstream,
                client,
                limits,
                Duration.ofDays(30),
                publishable::contains,
                clock,
                wakeup);
        ledger = new ContactLedger(database, items, clock, ids);
        var ledgerClient = new LedgerClient(
                new SmartMailsSettings(smartMails.baseUrl(), FakeSmartMails.KEY, requestsPerMinute), clock);
        sync = new ContactSync(
                database, items, ledger, failures, upstream, client, ledgerClient, limits, clock, new Wakeup());
    }

    String send(Item.Lane lane, String to) {
        return send(lane, to(to), null);
    }

    private static String to(String email) {
        return "{\"to\":[{\"email\":\"" + email + "\"}],\"subject\":\"Hello\",\"text\":\"10.00\"}";
    }

    String send(Item.Lane lane, String payload, Instant expiresAt) {
        return database.write(tx -> add(tx, lane, payload, expiresAt));
    }

    List<String> sends(int howMany) {
        return database.write(tx -> IntStream.range(0, howMany)
                .mapToObj(i -> add(tx, Item.Lane.BULK, to("person" + i + "@example.com"), null))
                .toList());
    }

    private String add(Tx tx, Item.Lane lane, String payload, Instant expiresAt) {
        String id = ids.next("itm");
        Instant now = clock.instant();
        items.add(
                tx,
                new Item(
                        id,
                        Item.Kind.SEND,
                        "env_" + id,
                        null,
                        "identity/" + id,
                        null,
                        lane,
                        "live",
                        expiresAt,
                        0,
                        now,
                        payload),
                now);
        return id;
    }

    Merge changed(String sourceId, String email, String firstName, String... lists) {
        return database.write(tx -> ledger.merge(
                tx,
                new ContactCommand(
                        "demo-shop",
                        "shopify",
                        new Contact(
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
                                new Consent(Consent.State.SUBSCRIBED, "single", clock.instant(), "test"),
                                clock.instant()),
                        List.of(lists),
                        List.of()),
                ids.next("env"),
                null));
    }

    /** Steps until there is nothing to do at this moment. */
    void run() {
        while (sender.step() || sync.step()) {
            // each step does its work at once
        }
    }

    /** Lets time pass until nothing waits, an hour at most. */
    void drain() {
        Instant end = clock.instant().plus(Duration.ofHours(1));
        run();
        while (states().containsKey("waiting") && clock.instant().isBefore(end)) {
            advance(Duration.ofMillis(500));
            run();
        }
    }

    void advance(Duration by) {
        clock.advance(by);
    }

    /** Items by state. */
    Map<String, Integer> states() {
        Map<String, Integer> states = new HashMap<>();
        database.read()
                .sql("SELECT state, COUNT(*) AS n FROM item GROUP BY state")
                .query(rs -> {
                    states.put(rs.getString("state"), rs.getInt("n"));
                });
        return states;
    }

    String state(String id) {
        return column(id, "state");
    }

    String column(String id, String name) {
        return database.read()
                .sql("SELECT " + name + " FROM item WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .optional()
                .orElse(null);
    }

    List<DeadLetter> dead() {
        return deadLetters.list(1000);
    }

    void replay(String id) {
        database.write(tx -> deadLetters.replay(tx, id));
    }

    @Override
    public void close() {
        database.close();
        smartMails.close();
    }
}

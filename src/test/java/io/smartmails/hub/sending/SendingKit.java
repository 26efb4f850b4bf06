// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Database;
import io.smartmails.hub.contact.ContactLedger;
import io.smartmails.hub.contact.Merge;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.queue.ContactCommand;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.smartmails.SmartMailsClient;
import io.smartmails.hub.smartmails.SmartMailsSettings;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.testkit.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** The stage as Spring wires it, on a settable clock, against a fake SmartMails; its steps are driven by hand. */
final class SendingKit {
    /** A restarted process goes on with ids of its own. */
    private static final AtomicInteger PROCESSES = new AtomicInteger();

    final Database database;
    final FakeSmartMails smartMails;
    final SettableClock clock;
    final ItemStore items;
    final Upstream upstream;
    final Budget budget;
    final AccountLimits limits;
    final ContactLedger ledger;
    final Sender sender;
    final ContactSync contactSync;
    final Wakeup wakeup = new Wakeup();
    /** Aliases of templates that can be published. */
    final Map<String, Boolean> templates = new ConcurrentHashMap<>();

    SendingKit(Database database, FakeSmartMails smartMails, SettableClock clock, int requestsPerMinute) {
        this.database = database;
        this.smartMails = smartMails;
        this.clock = clock;
        var ids = new Ids(clock, new Random(PROCESSES.incrementAndGet()));
        var client = new SmartMailsClient(
                new SmartMailsSettings(smartMails.url(), FakeSmartMails.KEY, requestsPerMinute), clock);
        items = new ItemStore(database, clock);
        budget = new Budget(new RequestLogStore(database), requestsPerMinute, clock, ids);
        upstream = new Upstream(budget, clock);
        limits = new AccountLimits(upstream, client, budget, clock);
        ledger = new ContactLedger(database, items, clock, ids);
        var failures = new ItemFailures(items, new TimelineStore(clock, ids), new RetryPolicy(new Random(1)), clock);
        sender = new Sender(database, items, failures, upstream, client, limits, templates::containsKey, clock, wakeup);
        contactSync = new ContactSync(database, items, ledger, failures, upstream, client, limits, clock, new Wakeup());
    }

    void addSend(String id, Item.Lane lane, Instant expiresAt, String payload) {
        database.write(tx -> items.add(
                tx,
                new Item(
                        id,
                        Item.Kind.SEND,
                        "env_1",
                        null,
                        "main/" + id,
                        null,
                        lane,
                        "live",
                        expiresAt,
                        0,
                        clock.instant(),
                        payload),
                clock.instant()));
    }

    void addSend(String id) {
        addSend(id, Item.Lane.TRANSACTIONAL, null, message(id));
    }

    static String message(String id) {
        return "{\"to\":[\"ada@example.com\"],\"template_alias\":\"order-confirmation\",\"variables\":{\"id\":\"" + id
                + "\"}}";
    }

    Merge say(Contact contact, String... lists) {
        return database.write(tx -> ledger.merge(
                tx, new ContactCommand("demo-shop", "shopify", contact, List.of(lists), List.of()), "env_1", "run_1"));
    }

    static Contact person(String sourceId, String email, String firstName, Instant at) {
        return new Contact(sourceId, email, firstName, null, null, null, null, null, null, null, null, null, null, at);
    }

    record State(String id, String state, String upstreamId, String cause, int attempts, String batchKey) {}

    List<State> states(String kind) {
        return database.read()
                .sql(
                        "SELECT id, state, upstream_id, cause, attempts, batch_key FROM item WHERE kind = :kind ORDER BY id")
                .param("kind", kind)
                .query((rs, n) -> new State(
                        rs.getString("id"),
                        rs.getString("state"),
                        rs.getString("upstream_id"),
                        rs.getString("cause"),
                        rs.getInt("attempts"),
                        rs.getString("batch_key")))
                .list();
    }

    State send(String id) {
        return states("send").stream()
                .filter(state -> state.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    long count(String kind, String state) {
        return states(kind).stream().filter(row -> row.state().equals(state)).count();
    }

    void replay(String id) {
        database.write(tx -> new DeadLetterStore(database, clock).replay(tx, id));
    }

    /** Until nothing waits, or an hour has passed. */
    void drain() {
        drain(sender::step, "send");
        drain(contactSync::step, "contact");
    }

    private void drain(BooleanSupplier step, String kind) {
        Instant end = clock.instant().plus(Duration.ofHours(1));
        while (count(kind, "waiting") > 0 && clock.instant().isBefore(end)) {
            if (!step.getAsBoolean()) {
                clock.advance(Duration.ofMillis(500));
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.component.FailurePolicy;
import io.smartmails.hub.component.Rules;
import io.smartmails.hub.contact.ContactLedger;
import io.smartmails.hub.contact.Merge;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.queue.ContactCommand;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.RunStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.testkit.Databases;
import io.smartmails.testkit.SettableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.camel.impl.DefaultCamelContext;

/** The stage on a real database and a real Camel context, its workers' steps taken by hand. */
final class RoutingKit implements AutoCloseable {
    final SettableClock clock = new SettableClock();
    final Ids ids = new Ids(clock, new Random(1));
    final RetryPolicy retry = new RetryPolicy(new Random(1));
    final Rules rules = new Rules();
    final Database database;
    final Path routes;
    final EnvelopeStore envelopes;
    final RunStore runs;
    final ItemStore items;
    final TimelineStore timeline;
    final StoryStore stories;
    final RuleRunner runner;
    /** Connections and addresses of merged contacts. */
    final List<String> merged = new ArrayList<>();

    DefaultCamelContext camel;
    RouteDeployer deployer;
    private boolean contactsFail;

    RoutingKit(Path folder) {
        database = Databases.sqlite(folder, "db/hub");
        routes = folder.resolve("routes");
        envelopes = new EnvelopeStore(database, clock);
        runs = new RunStore(database, clock, ids);
        items = new ItemStore(database, clock);
        timeline = new TimelineStore(clock, ids);
        stories = new StoryStore(database);
        var settlement = new RunSettlement(
                database,
                runs,
                items,
                new ContactLedger(database, items, clock, ids) {
                    @Override
                    public Merge merge(Tx tx, ContactCommand command, String envelopeId, String runId) {
                        if (contactsFail) {
                            throw new IllegalStateException("the ledger is out of order");
                        }
                        merged.add(
                                command.connection() + " " + command.contact().email());
                        return super.merge(tx, command, envelopeId, runId);
                    }
                },
                timeline,
                rules,
                clock,
                ids);
        runner = new RuleRunner(database, runs, timeline, settlement, rules, retry, clock, List.of(new Wakeup()));
        create(routes);
        startCamel();
    }

    /** A new process over the same database and files. */
    void restart() {
        camel.stop();
        startCamel();
        deployer.deployAll();
    }

    private void startCamel() {
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("rules", rules);
        FailurePolicy.applyTo(camel);
        camel.start();
        deployer = new RouteDeployer(camel, rules, routes, new RouteStore(database, clock));
    }

    void failContacts(boolean fail) {
        contactsFail = fail;
    }

    /** The deployer takes a change at its second look. */
    void scanTwice() {
        deployer.scan();
        deployer.scan();
    }

    void write(String file, String text) {
        try {
            Files.writeString(routes.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete(String file) {
        try {
            Files.delete(routes.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RouteStatus status(String file) {
        return statuses().list().stream()
                .filter(status -> file.equals(status.file()))
                .findFirst()
                .orElseThrow();
    }

    RouteStatuses statuses() {
        return new RouteStatuses(
                deployer,
                runs,
                new PollRunner(database, envelopes, null, null, rules, retry, clock, ids, new Wakeup()));
    }

    /** Stores an event with a run per listening rule, as the translator does. */
    String publish(Event event) {
        String id = ids.next("env");
        database.write(tx -> {
            envelopes.acceptTranslated(
                    tx,
                    new Envelope(
                            id,
                            event.connector(),
                            event.connection(),
                            event.topic(),
                            id,
                            clock.instant(),
                            Map.of(),
                            "{}".getBytes(StandardCharsets.UTF_8),
                            0));
            return runs.publish(tx, id, event, rules.listenersOf(event));
        });
        return id;
    }

    boolean runDue(String rule) {
        return runner.runDue(rule, () -> true);
    }

    Event event(String type, String subject, String email) {
        var contact = new Contact(
                "77", email, "Jane", null, null, null, null, null, null, null, null, null, null, clock.instant());
        return new Event(
                type,
                "shopify",
                "demo-shop",
                "orders/paid",
                subject,
                clock.instant(),
                contact,
                Map.of("number", subject));
    }

    List<String> identities() {
        return database.read()
                .sql("SELECT identity FROM item WHERE identity IS NOT NULL ORDER BY identity")
                .query(String.class)
                .list();
    }

    String column(String table, String column, String id) {
        return database.read()
                .sql("SELECT " + column + " FROM " + table + " WHERE envelope_id = :id OR id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }

    private static void create(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String rule(String id, String from, String step) {
        return """
                # The rule %1$s in a sentence.
                - route:
                    id: %1$s
                    from:
                      uri: %2$s
                      steps:
                        - to:
                            uri: %3$s
                """.formatted(id, from, step);
    }

    @Override
    public void close() {
        camel.stop();
        database.close();
    }
}

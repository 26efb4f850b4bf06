// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import io.smartmails.db.Database;
import io.smartmails.engine.EngineApplication;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.KindRules;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.smartmails.SmartMailsClient;
import io.smartmails.hub.smartmails.SmartMailsSettings;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.key.ApiKey;
import io.smartmails.testkit.ChildProcess;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Time, requests and CPU to drain events through the budget, against an engine in a process of its own; and the heap with a
 * million waiting. Run it with {@code bench/sending}. CPU is that of this process, which holds the sending stage alone.
 */
public final class SendingBench implements AutoCloseable {
    private static final int REAL = 60;
    private static final int FAST = 6_000;
    private static final int BATCH = 500;
    private static final int INSERTS_A_COMMIT = 5_000;
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final String MESSAGE = "{\"to\":[{\"email\":\"person%d@example.com\",\"name\":\"Ada Example\"}],"
            + "\"subject\":\"Your order %d\",\"text\":\"Thank you for your order %d. It is on its way.\","
            + "\"variables\":{\"order\":\"#%d\",\"total\":\"59.80\"},\"sandbox\":true}";

    private final InstantSource clock = InstantSource.system();
    private final Ids ids = new Ids(clock, new Random(3));
    private final Database database;
    private final ItemStore items;
    private final ChildProcess engine;
    private final SmartMailsClient client;
    private final Sender sender;
    private final Wakeup wakeup = new Wakeup();
    private long made;

    private SendingBench(Path folder, int requestsPerMinute) throws Exception {
        String key = ApiKey.generate(ApiKey.LIVE, new Random(1));
        int port = ChildProcess.freePort();
        engine = ChildProcess.start(
                        List.of("-Xmx384m"),
                        EngineApplication.class,
                        folder.resolve("engine.log"),
                        "--engine.port=" + port,
                        "--engine.data-dir=" + folder.resolve("engine"),
                        "--engine.bootstrap-key=" + key,
                        "--engine.requests-per-minute=" + requestsPerMinute)
                .awaitReady("http://127.0.0.1:" + port + "/v1/status");
        database = Database.open(Database.sqliteUrl(folder.resolve("hub.db")), null, null, "db/hub");
        items = new ItemStore(database, clock);
        var settings = new SmartMailsSettings(URI.create("http://127.0.0.1:" + port + "/v1"), key, requestsPerMinute);
        client = new SmartMailsClient(settings, clock);
        var budget = new Budget(new RequestLogStore(database), requestsPerMinute, clock, ids);
        var upstream = new Upstream(
                budget,
                client,
                (type, subject, detail) -> System.err.println(type + " " + subject + " " + detail),
                clock);
        var failures = new ItemFailures(
                items, new TimelineStore(clock, ids), new RetryPolicy(new Random(2)), KindRules.USUAL, clock);
        sender = new Sender(
                database,
                items,
                failures,
                upstream,
                client,
                new AccountLimits(upstream, client, budget, clock),
                settings.dedupeLife(),
                alias -> false,
                clock,
                wakeup);
    }

    public static void main(String[] args) throws Exception {
        String what = args.length > 0 ? args[0] : "all";
        Path folder = Files.createTempDirectory(Path.of(args.length > 1 ? args[1] : "."), "bench-sending-");
        System.out.printf(
                "%-28s %9s %9s %9s %10s %14s %12s%n",
                "", "events", "seconds", "requests", "minimum", "one each (s)", "CPU us each");
        if (what.equals("all") || what.equals("fast")) {
            drains(folder.resolve("fast"), FAST, 20_000);
        }
        if (what.equals("all") || what.equals("limit")) {
            drains(folder.resolve("limit"), REAL, 0);
        }
        if (what.equals("all") || what.equals("naive")) {
            naive(folder.resolve("naive"));
        }
        if (what.equals("all") || what.equals("memory")) {
            memory(folder.resolve("memory"));
        }
    }

    private static void drains(Path folder, int limit, int warmUp) throws Exception {
        for (int events : new int[] {1_000, 10_000, 100_000}) {
            Path own = Files.createDirectories(folder.resolve(Integer.toString(events)));
            try (var bench = new SendingBench(own, limit)) {
                bench.sender.start();
                if (warmUp > 0) {
                    bench.add(warmUp);
                    bench.awaitDelivered(warmUp);
                }
                bench.sender.stop();
                int before = bench.requests();
                bench.add(events);
                long cpu = PROCESS.getProcessCpuTime();
                long start = System.nanoTime();
                bench.sender.start();
                bench.awaitDelivered(warmUp + events);
                double seconds = (System.nanoTime() - start) / 1e9;
                double micros = (PROCESS.getProcessCpuTime() - cpu) / 1e3 / events;
                bench.sender.stop();
                System.out.printf(
                        "%-28s %9d %9.1f %9d %10d %14d %12.0f%n",
                        "drained at " + limit + "/min",
                        events,
                        seconds,
                        bench.requests() - before,
                        (events + BATCH - 1) / BATCH,
                        (long) Math.ceil(events * 60.0 / limit),
                        micros);
            }
        }
    }

    /** One call per event, as fast as the limit lets them: the check of the computed column. */
    private static void naive(Path folder) throws Exception {
        try (var bench = new SendingBench(Files.createDirectories(folder), REAL)) {
            ObjectMapper json = new ObjectMapper();
            long start = System.nanoTime();
            int sent = 0;
            while (System.nanoTime() - start < Duration.ofMinutes(3).toNanos()) {
                try {
                    JsonNode message = json.readTree(MESSAGE.formatted(sent, sent, sent, sent));
                    bench.client.sendBatch(List.of(message));
                    sent++;
                } catch (SmartMailsClient.Throttled throttled) {
                    LockSupport.parkNanos(throttled.after().toNanos());
                }
            }
            System.out.printf(
                    "%-28s %9d %9.1f%n", "one call per event, 3 min", sent, (System.nanoTime() - start) / 1e9);
        }
    }

    private static void memory(Path folder) throws Exception {
        try (var bench = new SendingBench(Files.createDirectories(folder), FAST)) {
            bench.add(1_000);
            bench.sender.start();
            bench.awaitDelivered(1_000);
            long few = heap();
            bench.sender.stop();
            bench.add(1_000_000);
            long waiting = heap();
            long start = System.nanoTime();
            long cpu = PROCESS.getProcessCpuTime();
            bench.sender.start();
            int carried = 100_000;
            bench.awaitDelivered(1_000 + carried);
            double micros = (PROCESS.getProcessCpuTime() - cpu) / 1e3 / carried;
            long draining = heap();
            System.out.printf(
                    "%-28s heap %d MB with 1,000; %d MB with 1,000,000 waiting; %d MB after 100,000 of them left (%.0f s, CPU %.0f"
                            + " us each); database %d MB%n",
                    "1,000,000 waiting",
                    few >> 20,
                    waiting >> 20,
                    draining >> 20,
                    (System.nanoTime() - start) / 1e9,
                    micros,
                    Files.size(folder.resolve("hub.db")) >> 20);
            bench.sender.stop();
        }
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private void add(int howMany) {
        for (int done = 0; done < howMany; done += INSERTS_A_COMMIT) {
            int some = Math.min(INSERTS_A_COMMIT, howMany - done);
            database.write(tx -> {
                Instant now = clock.instant();
                for (int i = 0; i < some; i++) {
                    long n = made++;
                    String id = ids.next("itm");
                    items.add(
                            tx,
                            new Item(
                                    id,
                                    Item.Kind.SEND,
                                    "env_" + id,
                                    null,
                                    "bench/" + n,
                                    null,
                                    Item.Lane.BULK,
                                    "live",
                                    null,
                                    0,
                                    now,
                                    MESSAGE.formatted(n, n, n, n)),
                            now);
                }
                return null;
            });
        }
    }

    private int requests() {
        return database.read()
                .sql("SELECT COUNT(DISTINCT settled_at) FROM item WHERE state = 'delivered'")
                .query(Integer.class)
                .single();
    }

    private void awaitDelivered(int howMany) {
        while (database.read()
                        .sql("SELECT COUNT(*) FROM item WHERE state = 'delivered'")
                        .query(Integer.class)
                        .single()
                < howMany) {
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    @Override
    public void close() {
        sender.stop();
        database.close();
        engine.close();
    }
}

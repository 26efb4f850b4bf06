// SPDX-License-Identifier: Apache-2.0
package io.smartmails.bench;

import io.smartmails.SmartMailsHub;
import io.smartmails.db.Database;
import io.smartmails.db.Work;
import io.smartmails.key.ApiKey;
import io.smartmails.testkit.ChildProcess;
import io.smartmails.testkit.HubHome;
import io.smartmails.testkit.Shop;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Acknowledged webhooks per second and CPU per webhook, beside bare group-committed inserts of the same size by as many
 * callers on the same disk in the same run. Run it with {@code bench/ingest}.
 */
public final class IngestBench {
    private static final int ORDER_BYTES = 6 * 1024;
    private static final double TICKS_PER_SECOND = 100;
    private static final AtomicLong EVENT = new AtomicLong();

    private IngestBench() {}

    private interface Call {
        void run() throws Exception;
    }

    private interface Caller {
        Call connect() throws Exception;
    }

    private record Result(double perSecond, double p50Millis, double p99Millis) {}

    public static void main(String[] args) throws Exception {
        Duration length = Duration.ofSeconds(args.length > 0 ? Long.parseLong(args[0]) : 15);
        Path folder = Files.createTempDirectory(Path.of(args.length > 1 ? args[1] : "."), "bench-ingest-");
        int port = ChildProcess.freePort();
        try (ChildProcess hub = ChildProcess.start(
                List.of(),
                SmartMailsHub.class,
                folder.resolve("hub.log"),
                "--hub.home=" + HubHome.create(Files.createDirectories(folder.resolve("hub"))),
                "--server.port=" + port,
                "--engine.port=0",
                "--sandbox.enabled=false",
                "--HUB_ADMIN_KEY=" + ApiKey.generate(ApiKey.LIVE, new Random(1)))) {
            hub.awaitReady("http://127.0.0.1:" + port + "/actuator/health/readiness");
            byte[] body = order();
            Caller webhook = () -> webhook(port, body);
            // The compilers settle, and nothing is left to work off: it stays under the rate of a rush.
            drive(16, Duration.ofSeconds(45), 900, webhook);
            System.out.printf(
                    "%-34s %8s %10s %9s %9s %12s%n", "", "callers", "per second", "p50 ms", "p99 ms", "CPU us each");
            Result steady = drive(16, length, 500, webhook);
            print("webhooks at a steady 500/s", 16, steady, Double.NaN);
            for (int callers : new int[] {1, 16, 64}) {
                Result bare = bareInserts(folder.resolve("bare-" + callers + ".db"), body, callers, length);
                print("bare group-committed inserts", callers, bare, Double.NaN);
                long ticks = cpuTicks(hub.pid());
                Result acks = drive(callers, length, 0, webhook);
                double cpuMicros = (cpuTicks(hub.pid()) - ticks)
                        / TICKS_PER_SECOND
                        * 1e6
                        / (acks.perSecond() * length.toSeconds());
                print("webhooks acknowledged", callers, acks, cpuMicros);
                System.out.printf("%-34s %8d %10.2f%n", "ratio", callers, acks.perSecond() / bare.perSecond());
            }
        }
    }

    private static void print(String what, int callers, Result result, double cpuMicros) {
        System.out.printf(
                "%-34s %8d %10.0f %9.2f %9.2f %12.0f%n",
                what, callers, result.perSecond(), result.p50Millis(), result.p99Millis(), cpuMicros);
    }

    private static byte[] order() {
        String order = new String(Shop.order(1, "ada@example.com"), StandardCharsets.UTF_8).strip();
        String padding = "x".repeat(ORDER_BYTES - order.length() - ",\"note\":\"\"".length());
        return (order.substring(0, order.length() - 1) + ",\"note\":\"" + padding + "\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Result bareInserts(Path file, byte[] body, int callers, Duration length) throws Exception {
        try (Database database = Database.open(Database.sqliteUrl(file), null, null, "db/hub")) {
            Work<Integer> insert = tx -> {
                try {
                    var statement = tx.prepared(
                            "INSERT INTO envelope (id, account, connector, connection, topic, dedupe_id,"
                                    + " received_at, state, due_at, attempts, headers, body)"
                                    + " VALUES (?, 'main', 'shopify', 'demo-shop', 'orders/paid', ?, 0, 'bare', 0, 0, '{}', ?)");
                    String id = "env_" + EVENT.incrementAndGet();
                    statement.setString(1, id);
                    statement.setString(2, id);
                    statement.setBytes(3, body);
                    return statement.executeUpdate();
                } catch (java.sql.SQLException e) {
                    throw new IllegalStateException(e);
                }
            };
            Caller caller = () -> () -> database.write(insert);
            drive(callers, Duration.ofSeconds(3), 0, caller);
            return drive(callers, length, 0, caller);
        }
    }

    /** @param perSecond total rate to hold; 0 = as fast as it goes */
    private static Result drive(int callers, Duration length, int perSecond, Caller caller) throws Exception {
        var latencies = new ConcurrentLinkedQueue<long[]>();
        Thread[] threads = new Thread[callers];
        long start = System.nanoTime();
        long end = start + length.toNanos();
        for (int c = 0; c < callers; c++) {
            Call call = caller.connect();
            threads[c] = new Thread(() -> latencies.add(callUntil(end, call, callers, perSecond)));
            threads[c].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return new Result(
                all.length / seconds,
                all[all.length / 2] / 1e6,
                all[(int) Math.min(all.length - 1L, all.length * 99L / 100)] / 1e6);
    }

    private static long[] callUntil(long end, Call call, int callers, int perSecond) {
        long[] nanos = new long[1 << 12];
        int n = 0;
        long pause = perSecond == 0 ? 0 : 1_000_000_000L * callers / perSecond;
        long next = System.nanoTime();
        try {
            while (System.nanoTime() < end) {
                long began = System.nanoTime();
                call.run();
                if (n == nanos.length) {
                    nanos = Arrays.copyOf(nanos, n * 2);
                }
                nanos[n++] = System.nanoTime() - began;
                if (pause > 0) {
                    next += pause;
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException("a call failed", e);
        }
        return Arrays.copyOf(nanos, n);
    }

    /** One kept-open connection; the leanest client there is, because it shares the processors with the hub. */
    private static Call webhook(int port, byte[] body) throws IOException {
        var socket = new Socket("127.0.0.1", port);
        socket.setTcpNoDelay(true);
        OutputStream out = socket.getOutputStream();
        InputStream in = new BufferedInputStream(socket.getInputStream());
        String head = "POST /webhooks/demo-shop HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "X-Shopify-Topic: orders/paid\r\nX-Shopify-Shop-Domain: demo-shop.example.com\r\n"
                + "X-Shopify-Hmac-Sha256: " + Shop.sign(body, Shop.SECRET) + "\r\nContent-Length: " + body.length
                + "\r\nX-Shopify-Event-Id: bench-";
        return () -> {
            byte[] start = (head + EVENT.incrementAndGet() + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
            byte[] request = Arrays.copyOf(start, start.length + body.length);
            System.arraycopy(body, 0, request, start.length, body.length);
            out.write(request);
            out.flush();
            String status = line(in);
            if (!status.contains(" 200")) {
                throw new IOException("answered " + status);
            }
            int length = 0;
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                    length = Integer.parseInt(header.substring(15).strip());
                }
            }
            in.skipNBytes(length);
        };
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection ended");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** User and system time of a process so far, in clock ticks. */
    private static long cpuTicks(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}

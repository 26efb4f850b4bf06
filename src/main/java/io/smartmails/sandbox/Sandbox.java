// SPDX-License-Identifier: Apache-2.0
package io.smartmails.sandbox;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The simulators on one loopback port. Today: Salesforce (login, queries, contacts). */
public final class Sandbox implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService workers;
    private final Salesforce salesforce;

    private Sandbox(HttpServer server, ExecutorService workers, Salesforce salesforce) {
        this.server = server;
        this.workers = workers;
        this.salesforce = salesforce;
    }

    /**
     * Starts listening on the loopback address.
     *
     * @param port 1 to 65535, or 0 for any free one
     * @param clock gives records their time of change
     * @throws UncheckedIOException when the port is taken
     */
    public static Sandbox start(int port, InstantSource clock) {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            var workers = Executors.newFixedThreadPool(4, task -> {
                var thread = new Thread(task, "sandbox");
                thread.setDaemon(true);
                return thread;
            });
            var salesforce = new Salesforce(new ContactTable(clock));
            server.setExecutor(workers);
            server.createContext("/", salesforce);
            server.start();
            return new Sandbox(server, workers, salesforce);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The sandbox cannot listen on port " + port + "; set sandbox.port to a free one, or 0 for any", e);
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** For drills and tests: trouble and page sizes on demand. */
    public Salesforce salesforce() {
        return salesforce;
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }
}

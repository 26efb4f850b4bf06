// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.db.Database;
import io.smartmails.hub.contact.ContactLedger;
import io.smartmails.hub.contact.Contacts;
import io.smartmails.hub.contact.Lists;
import io.smartmails.hub.gateway.AddressRules;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.gateway.GatewayFilter;
import io.smartmails.hub.gateway.KeyLimits;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.smartmails.ControlLane;
import io.smartmails.hub.smartmails.Relay;
import io.smartmails.hub.smartmails.SmartMailsSettings;
import io.smartmails.id.Ids;
import io.smartmails.testkit.Api;
import io.smartmails.testkit.Databases;
import io.smartmails.testkit.FakeSmartMails;
import io.smartmails.testkit.SettableClock;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;

/**
 * The servlets of this package in a Tomcat of their own, before a fake SmartMails. The bearer token names the scopes of the
 * caller, comma separated; {@code all} has every scope, and {@code test,...} is a test key.
 */
final class ApiKit implements AutoCloseable {
    private static final Set<String> ALL = Set.of(
            "account:read",
            "templates:read",
            "templates:write",
            "campaigns:send",
            "segments:read",
            "contacts:read",
            "contacts:write",
            "lists:read",
            "lists:write",
            "suppressions:read",
            "suppressions:write",
            "messages:send");

    final SettableClock clock = new SettableClock();
    final FakeSmartMails smartMails = new FakeSmartMails();
    final Lane lane = new Lane();
    final Endpoints endpoints = new Endpoints();
    final Database database;
    final ContactLedger ledger;
    final Lists lists;
    final Contacts contacts;
    final PassThrough passThrough;
    final PassThroughServlet passThroughServlet;
    private final PacedRelay relay;
    private WebServer server;

    /** As many requests as the test allows. */
    static final class Lane implements ControlLane {
        final AtomicInteger left = new AtomicInteger(1_000_000);
        final AtomicInteger closed = new AtomicInteger();
        volatile Duration next = Duration.ofSeconds(30);
        volatile Duration throttled;

        @Override
        public Duration await(Duration longest) {
            return take().isPresent() ? null : next;
        }

        @Override
        public Optional<Leave> take() {
            if (left.getAndUpdate(n -> Math.max(0, n - 1)) == 0) {
                return Optional.empty();
            }
            return Optional.of(new Leave() {
                @Override
                public void throttled(Duration pause) {
                    throttled = pause;
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            });
        }

        @Override
        public Duration nextFree() {
            return left.get() > 0 ? Duration.ZERO : next;
        }
    }

    /** Tomcat tells of every start and stop. */
    private static final java.util.logging.Logger QUIET = java.util.logging.Logger.getLogger("org.apache");

    ApiKit(Path folder) {
        var random = new Ids(clock, new Random(1));
        database = Databases.sqlite(folder, "db/hub");
        ledger = new ContactLedger(database, new ItemStore(database, clock), clock, random);
        contacts = new Contacts(ledger);
        lists = new Lists(ledger, contacts);
        QUIET.setLevel(java.util.logging.Level.WARNING);
        var settings = new SmartMailsSettings(smartMails.baseUrl(), FakeSmartMails.KEY, 60);
        relay = new PacedRelay(lane, new Relay(settings, Duration.ofSeconds(1)), Duration.ofMillis(300));
        passThrough =
                new PassThrough(relay, new HubIds(lists, contacts), smartMails.baseUrl(), Duration.ofSeconds(5), clock);
        passThroughServlet = new PassThroughServlet(endpoints, passThrough, clock);
    }

    static Caller caller(String token) {
        Set<String> words = Set.of(token.split(","));
        boolean all = words.contains("all") || words.contains("other");
        return new Caller(
                "key_" + token.hashCode(),
                token,
                token,
                all ? ALL : words,
                KeyLimits.perMinute(1234),
                AddressRules.ANY,
                words.contains("test"));
    }

    ApiKit start() {
        return start(context -> {
            var registration = new ServletRegistrationBean<>(passThroughServlet);
            registration.setUrlMappings(endpoints.resources().stream()
                    .map(resource -> "/v1/" + resource + "/*")
                    .collect(Collectors.toSet()));
            onStartup(context, registration);
        });
    }

    ApiKit start(Consumer<jakarta.servlet.ServletContext> servlets) {
        var factory = new TomcatServletWebServerFactory(0);
        factory.setRegisterDefaultServlet(false);
        ServletContextInitializer initializer = context -> {
            onStartup(context, new FilterRegistrationBean<>(new Door()));
            servlets.accept(context);
        };
        server = factory.getWebServer(initializer);
        server.start();
        return this;
    }

    static void onStartup(jakarta.servlet.ServletContext context, ServletContextInitializer one) {
        try {
            one.onStartup(context);
        } catch (ServletException e) {
            throw new IllegalStateException(e);
        }
    }

    Api as(String token) {
        return new Api(url(), token);
    }

    String url() {
        return "http://127.0.0.1:" + server.getPort();
    }

    private static final class Door extends HttpFilter {
        @Override
        protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            request.setAttribute(GatewayFilter.REQUEST_ID, "req_of_the_hub");
            request.setAttribute(
                    Caller.ATTRIBUTE, caller(request.getHeader("Authorization").substring("Bearer ".length())));
            chain.doFilter(request, response);
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop();
        }
        relay.close();
        database.close();
        smartMails.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.db.Database;
import io.smartmails.hub.audit.AuditEntry;
import io.smartmails.hub.audit.AuditLog;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.queue.CommandCheck;
import io.smartmails.hub.queue.CountStore;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.EditStore;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.EventStore;
import io.smartmails.hub.queue.Forecaster;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.queue.PressureSettings;
import io.smartmails.hub.queue.Rehearsal;
import io.smartmails.hub.queue.ReplayStore;
import io.smartmails.hub.queue.ReplayWorker;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.RunStore;
import io.smartmails.hub.queue.SingleRunner;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.Filter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.HttpEncodingAutoConfiguration;
import org.springframework.boot.thymeleaf.autoconfigure.ThymeleafAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** The console on a real server and a real database, with the other stages as plain values. */
final class ConsoleHarness implements AutoCloseable {
    static final String KEY = "sml_admin";
    private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([0-9a-f]+)\"");

    /** What the other stages would say; tests change it. */
    static final class World {
        Instant now = Instant.parse("2026-01-05T10:00:00Z");
        final List<RoutesView.Route> routes = new ArrayList<>();
        final List<InboxView.Mail> mails = new ArrayList<>();
        UpstreamView.Upstream upstream = new UpstreamView.Upstream(60, 7, 53, Instant.EPOCH, null);
        boolean keyIsValid = true;
        String messageStatus = "sent";
        int messageLookUps;
        final Wakeup wakeup = new Wakeup();
        final List<AuditEntry> audited = new CopyOnWriteArrayList<>();
        final FakeRehearsal rehearsal = new FakeRehearsal();
    }

    /** Registered by hand, so that no component scan meets it. */
    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        HttpEncodingAutoConfiguration.class,
        HttpMessageConvertersAutoConfiguration.class,
        JacksonAutoConfiguration.class,
        ThymeleafAutoConfiguration.class
    })
    static final class Beans {
        @Bean
        static AdminKeys adminKeys(World world) {
            return new AdminKeys() {
                @Override
                public String authenticate(String rawKey) {
                    if (!rawKey.equals(KEY)) {
                        throw Problem.of(ProblemCode.UNKNOWN_KEY, "no such key").asException();
                    }
                    return "key_1";
                }

                @Override
                public boolean isStillAdmin(String keyId) {
                    return world.keyIsValid;
                }
            };
        }

        /** Stands for the gateway's filter, which lets only admin keys through. */
        @Bean
        static Filter caller() {
            return (request, response, chain) -> {
                request.setAttribute(
                        Caller.ATTRIBUTE,
                        new Caller(
                                "key_1",
                                "test",
                                "key_1",
                                Set.of("keys:admin"),
                                io.smartmails.hub.gateway.KeyLimits.perMinute(60),
                                io.smartmails.hub.gateway.AddressRules.ANY,
                                false));
                chain.doFilter(request, response);
            };
        }

        @Bean
        static InstantSource clock(World world) {
            return () -> world.now;
        }

        @Bean
        static RandomGenerator random() {
            return new Random(7);
        }

        @Bean
        static Ids ids(InstantSource clock, RandomGenerator random) {
            return new Ids(clock, random);
        }

        @Bean
        static EnvelopeStore envelopes(Database database, InstantSource clock) {
            return new EnvelopeStore(database, clock);
        }

        @Bean
        static ItemStore items(Database database, InstantSource clock) {
            return new ItemStore(database, clock);
        }

        @Bean
        static DeadLetterStore deadLetters(Database database, InstantSource clock) {
            return new DeadLetterStore(database, clock);
        }

        @Bean
        static RunStore runs(Database database, InstantSource clock, Ids ids) {
            return new RunStore(database, clock, ids);
        }

        @Bean
        static EditStore edits(Database database, InstantSource clock, Ids ids) {
            return new EditStore(database, clock, ids);
        }

        @Bean
        static ReplayStore replays(Database database, InstantSource clock) {
            return new ReplayStore(database, clock);
        }

        @Bean
        static Rehearsal rehearsal(World world) {
            return world.rehearsal;
        }

        @Bean
        static Forecaster forecaster(
                Database database,
                DeadLetterStore deadLetters,
                EnvelopeStore envelopes,
                RunStore runs,
                Rehearsal rehearsal,
                InstantSource clock,
                Ids ids) {
            return new Forecaster(
                    database, deadLetters, envelopes, runs, new EventStore(database, clock, ids), rehearsal, clock);
        }

        @Bean
        static ReplayWorker replayWorker(
                Database database,
                ReplayStore replays,
                DeadLetterStore deadLetters,
                TimelineStore timeline,
                Rehearsal rehearsal,
                @Qualifier("replayWakeup") Wakeup replayWakeup,
                InstantSource clock,
                Ids ids) {
            return new ReplayWorker(
                    database,
                    replays,
                    deadLetters,
                    new EventStore(database, clock, ids),
                    timeline,
                    rehearsal,
                    new SingleRunner(database, clock, "node_1"),
                    replayWakeup,
                    List.of());
        }

        @Bean
        static Pressure pressure(Database database) {
            return new Pressure(
                    new PressureSettings(1_000, 1, 0, Path.of("")), database, (type, subject, detail) -> {});
        }

        @Bean
        static CommandCheck commandCheck() {
            return (message, at) -> message.has("to")
                    ? List.of()
                    : List.of(new Problem.FieldError(at + "/to", "required", "at least one recipient"));
        }

        @Bean
        static AuditLog audit(World world) {
            return (tx, entry) -> world.audited.add(entry);
        }

        @Bean
        static CountStore counts(Database database) {
            return new CountStore(database);
        }

        @Bean
        static TimelineStore timeline(InstantSource clock, Ids ids) {
            return new TimelineStore(clock, ids);
        }

        @Bean
        static StoryStore stories(Database database) {
            return new StoryStore(database);
        }

        @Bean
        static Wakeup wakeup(World world) {
            return world.wakeup;
        }

        @Bean
        static Wakeup replayWakeup() {
            return new Wakeup();
        }

        @Bean
        static RoutesView routes(World world) {
            return () -> world.routes;
        }

        @Bean
        static ConnectionsView connections() {
            return () -> List.of(
                    new ConnectionsView.Entry("demo-shop", "shopify", "/webhooks/demo-shop"),
                    new ConnectionsView.Entry("demo-crm", "salesforce", "/webhooks/demo-crm/***"));
        }

        @Bean
        static UpstreamView budget(World world) {
            return () -> world.upstream;
        }

        @Bean
        static InboxView inbox(World world) {
            return (to, limit) -> world.mails.stream()
                    .filter(mail -> to == null || mail.to().contains(to))
                    .limit(limit)
                    .toList();
        }

        @Bean
        static MessagesView messages(World world) {
            return id -> {
                world.messageLookUps++;
                return Optional.of(world.messageStatus);
            };
        }
    }

    final World world = new World();
    private final Database database;
    private final ConfigurableApplicationContext context;
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI base;

    ConsoleHarness(Path folder) {
        database = Database.open(Database.sqliteUrl(folder.resolve("hub.db")), null, null, "db/hub");
        context = new SpringApplicationBuilder(
                        Beans.class,
                        ConsoleConfiguration.class,
                        Problems.class,
                        LoginController.class,
                        ConsoleController.class,
                        StateController.class,
                        TimelineController.class,
                        DeadLetterPages.class,
                        ReplayController.class,
                        PressureController.class,
                        DeadLetterController.class)
                .initializers(starting -> {
                    starting.getBeanFactory().registerSingleton("world", world);
                    starting.getBeanFactory().registerSingleton("database", database);
                })
                .run("--server.port=0", "--spring.main.banner-mode=off", "--logging.level.root=warn");
        base = URI.create("http://localhost:"
                + ((WebServerApplicationContext) context).getWebServer().getPort());
    }

    /** As it was at its start. */
    void empty() {
        database.write(tx -> {
            for (String table : List.of("envelope", "run", "item", "timeline", "edit", "replay")) {
                tx.jdbc().sql("DELETE FROM " + table).update();
            }
            return null;
        });
        world.routes.clear();
        world.mails.clear();
        world.upstream = new UpstreamView.Upstream(60, 7, 53, Instant.EPOCH, null);
        world.keyIsValid = true;
    }

    /** Journals a webhook. */
    String receipt(String dedupeId, String topic, byte[] body) {
        String id = context.getBean(Ids.class).next("env");
        var envelope = new Envelope(
                id, "shopify", "demo-shop", topic, dedupeId, world.now, Map.of("x-shopify-topic", topic), body, 0);
        database.write(tx -> context.getBean(EnvelopeStore.class).accept(tx, List.of(envelope)));
        return id;
    }

    /** Journals a webhook whose translation failed for good. */
    String deadReceipt(String dedupeId, String cause, byte[] body) {
        String id = receipt(dedupeId, "orders/paid", body);
        database.write(tx -> {
            context.getBean(EnvelopeStore.class).fail(tx, id, new RetryPolicy.Dead(cause));
            return null;
        });
        return id;
    }

    /** Journals a webhook that became one mail, taken by SmartMails. */
    String deliveredReceipt(String dedupeId) {
        String id = receipt(dedupeId, "orders/paid", "{}".getBytes(StandardCharsets.UTF_8));
        var item = new Item(
                context.getBean(Ids.class).next("itm"),
                Item.Kind.SEND,
                id,
                null,
                dedupeId,
                null,
                Item.Lane.TRANSACTIONAL,
                "order-confirmation",
                null,
                0,
                world.now,
                "{}");
        database.write(tx -> {
            context.getBean(EnvelopeStore.class).settle(tx, id, true);
            context.getBean(ItemStore.class).add(tx, item, world.now);
            context.getBean(ItemStore.class).deliver(tx, item.id(), "msg_" + dedupeId);
            return null;
        });
        return id;
    }

    void pass(Duration time) {
        world.now = world.now.plus(time);
    }

    HttpResponse<String> get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    HttpResponse<String> post(String path, String body, String... headers) {
        return send(request(path, headers).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> postForm(String path, String body, String cookie) {
        return post(path, body, "Content-Type", "application/x-www-form-urlencoded", "Cookie", cookie);
    }

    /** @return the session cookie as a request header sends it */
    String logIn() {
        HttpResponse<String> form = get("/console/login");
        return cookieOf(postForm("/console/login", "key=" + KEY + "&csrf=" + csrfOf(form), cookieOf(form)));
    }

    static String cookieOf(HttpResponse<String> response) {
        String cookie = response.headers().firstValue("Set-Cookie").orElseThrow();
        return cookie.substring(0, cookie.indexOf(';'));
    }

    static String csrfOf(HttpResponse<String> page) {
        Matcher matcher = CSRF.matcher(page.body());
        if (!matcher.find()) {
            throw new AssertionError("no CSRF token in " + page.body());
        }
        return matcher.group(1);
    }

    private HttpRequest.Builder request(String path, String... headers) {
        var request = HttpRequest.newBuilder(base.resolve(path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        context.close();
        database.close();
    }
}

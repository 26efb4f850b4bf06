// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine;

import io.smartmails.db.Database;
import io.smartmails.engine.access.Keys;
import io.smartmails.engine.access.Secrets;
import io.smartmails.engine.api.WebServer;
import io.smartmails.engine.capture.CaptureServer;
import io.smartmails.engine.contact.Audience;
import io.smartmails.engine.contact.Contacts;
import io.smartmails.engine.contact.Lists;
import io.smartmails.engine.contact.Suppressions;
import io.smartmails.engine.delivery.Deliveries;
import io.smartmails.engine.delivery.Dispatcher;
import io.smartmails.engine.message.MessageAcceptance;
import io.smartmails.engine.message.MessagePreparation;
import io.smartmails.engine.message.Messages;
import io.smartmails.engine.message.Sender;
import io.smartmails.engine.template.Templates;
import io.smartmails.engine.unsubscribe.UnsubscribeLinks;
import io.smartmails.id.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The engine as a Spring application of its own, started alone by {@link #main} or beside the hub with {@code new
 * SpringApplicationBuilder(EngineApplication.class)}. Uses no auto-configuration, so it starts fast and only {@code
 * engine.*} settings reach it.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableConfigurationProperties(EngineSettings.class)
@Import(WebServer.class)
public class EngineApplication {

    public static void main(String[] args) {
        SpringApplication.run(EngineApplication.class, args);
    }

    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }

    /** For windows of time, which must not jump when the wall clock is set. */
    @Bean
    LongSupplier nanos() {
        return System::nanoTime;
    }

    @Bean
    SecureRandom secureRandom() {
        return new SecureRandom();
    }

    @Bean
    Ids ids(InstantSource clock, SecureRandom random) {
        return new Ids(clock, random);
    }

    @Bean
    Database database(EngineSettings settings) {
        try {
            Files.createDirectories(settings.dataDir());
        } catch (IOException e) {
            throw new UncheckedIOException("engine.data-dir cannot be made: " + settings.dataDir(), e);
        }
        return Database.open(Database.sqliteUrl(settings.dataDir().resolve("engine.db")), null, null, "db/engine");
    }

    @Bean
    Secrets secrets(EngineSettings settings, SecureRandom random) {
        return Secrets.openOrCreate(settings.dataDir().resolve("secrets").resolve("engine.key"), random);
    }

    @Bean
    Keys keys(
            EngineSettings settings,
            Database database,
            Secrets secrets,
            Ids ids,
            InstantSource clock,
            SecureRandom random) {
        var keys = new Keys(database, secrets, ids, clock);
        if (settings.bootstrapKey() != null && !settings.bootstrapKey().isBlank()) {
            keys.ensure(settings.bootstrapKey());
        } else {
            // Standard output and not the log: a secret that is shown once and kept nowhere.
            keys.first(random).ifPresent(key -> System.out.println("SmartMails engine key (shown once): " + key));
        }
        return keys;
    }

    @Bean
    Templates templates(Database database, Ids ids, InstantSource clock) {
        return new Templates(database, ids, clock);
    }

    @Bean
    Contacts contacts(Database database, Ids ids, InstantSource clock) {
        return new Contacts(database, ids, clock);
    }

    @Bean
    Lists lists(Database database, Contacts contacts, Ids ids, InstantSource clock) {
        return new Lists(database, contacts, ids, clock);
    }

    @Bean
    Suppressions suppressions(Database database, InstantSource clock) {
        return new Suppressions(database, clock);
    }

    @Bean
    Audience audience(Database database, InstantSource clock) {
        return new Audience(database, clock);
    }

    @Bean
    UnsubscribeLinks unsubscribeLinks(EngineSettings settings, Secrets secrets, WebServerApplicationContext context) {
        return new UnsubscribeLinks(
                secrets,
                () -> settings.publicUrl() != null
                        ? settings.publicUrl().replaceAll("/+$", "")
                        : "http://" + settings.address() + ":"
                                + context.getWebServer().getPort());
    }

    @Bean
    CaptureServer captureServer(EngineSettings settings, Database database, Ids ids, InstantSource clock) {
        return new CaptureServer(database, ids, clock);
    }

    @Bean(initMethod = "start")
    Dispatcher dispatcher(
            EngineSettings settings,
            Database database,
            Audience audience,
            CaptureServer capture,
            Ids ids,
            InstantSource clock) {
        int capturePort = settings.smtp().captured() ? capture.start() : 0;
        return Deliveries.dispatcher(database, audience, settings.smtp(), capturePort, ids, clock);
    }

    @Bean
    MessagePreparation messagePreparation(
            EngineSettings settings, Templates templates, Audience audience, UnsubscribeLinks links, Ids ids) {
        return new MessagePreparation(templates, audience, links, Sender.parse(settings.sender()), ids);
    }

    @Bean
    MessageAcceptance messageAcceptance(
            Database database,
            MessagePreparation preparation,
            Contacts contacts,
            Ids ids,
            InstantSource clock,
            Dispatcher dispatcher) {
        return new MessageAcceptance(database, preparation, contacts, ids, clock, dispatcher::ring);
    }

    @Bean
    Messages messages(
            Database database,
            MessageAcceptance acceptance,
            MessagePreparation preparation,
            Ids ids,
            InstantSource clock) {
        return new Messages(database, acceptance, preparation, ids, clock);
    }
}

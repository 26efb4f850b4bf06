// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub;

import io.smartmails.db.Database;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.queue.CheckpointStore;
import io.smartmails.hub.queue.CountStore;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.KindRules;
import io.smartmails.hub.queue.LeaseStore;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.queue.RunStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** What every stage shares: settings, clock, ids, the database and the stores over it. */
@Configuration(proxyBeanMethods = false)
class HubConfiguration {
    @Bean
    HubSettings hubSettings(@Value("${hub.home}") Path home, @Value("${hub.public-url}") URI publicUrl) {
        return new HubSettings(home, publicUrl);
    }

    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }

    @Bean
    SecureRandom random() {
        return new SecureRandom();
    }

    @Bean
    Ids ids(InstantSource clock, SecureRandom random) {
        return new Ids(clock, random);
    }

    @Bean
    RetryPolicy retryPolicy(SecureRandom random) {
        return new RetryPolicy(random);
    }

    @Bean
    Secrets secrets(HubSettings settings, SecureRandom random, Environment environment) {
        return Secrets.open(
                settings.data().resolve("secrets"),
                random,
                Optional.ofNullable(environment.getProperty("HUB_MASTER_KEY")));
    }

    @Bean(destroyMethod = "close")
    Database database(
            HubSettings settings,
            @Value("${spring.datasource.url:}") String url,
            @Value("${spring.datasource.username:#{null}}") String user,
            @Value("${spring.datasource.password:#{null}}") String password,
            InstantSource clock)
            throws IOException {
        Files.createDirectories(settings.data());
        Database database = Database.open(
                url.isEmpty() ? Database.sqliteUrl(settings.data().resolve("hub.db")) : url, user, password, "db/hub");
        LeaseStore.releaseAtStart(database, clock);
        return database;
    }

    @Bean
    Connectors connectors(HubSettings settings, Environment environment, InstantSource clock) {
        return Connectors.load(settings.home(), environment::getProperty, clock);
    }

    @Bean
    EnvelopeStore envelopeStore(Database database, InstantSource clock) {
        return new EnvelopeStore(database, clock);
    }

    @Bean
    RunStore runStore(Database database, InstantSource clock, Ids ids) {
        return new RunStore(database, clock, ids);
    }

    @Bean
    KindRules kindRules(
            @Value("${hub.expires-after.transactional:#{null}}") Duration transactional,
            @Value("${hub.expires-after.marketing:#{null}}") Duration marketing,
            @Value("${hub.horizon.transactional:7d}") Duration transactionalHorizon,
            @Value("${hub.horizon.marketing:7d}") Duration marketingHorizon,
            @Value("${hub.horizon.contacts:7d}") Duration contactsHorizon) {
        Map<Item.Lane, Duration> expiresAfter = new EnumMap<>(Item.Lane.class);
        if (transactional != null) {
            expiresAfter.put(Item.Lane.TRANSACTIONAL, transactional);
        }
        if (marketing != null) {
            expiresAfter.put(Item.Lane.BULK, marketing);
        }
        return new KindRules(
                expiresAfter,
                Map.of(
                        Item.Lane.TRANSACTIONAL,
                        transactionalHorizon,
                        Item.Lane.BULK,
                        marketingHorizon,
                        Item.Lane.SYNC,
                        contactsHorizon));
    }

    @Bean
    ItemStore itemStore(Database database, InstantSource clock, KindRules rules) {
        return new ItemStore(database, clock, rules);
    }

    @Bean
    CheckpointStore checkpointStore(Database database, InstantSource clock) {
        return new CheckpointStore(database, clock);
    }

    @Bean
    DeadLetterStore deadLetterStore(Database database, InstantSource clock) {
        return new DeadLetterStore(database, clock);
    }

    @Bean
    CountStore countStore(Database database) {
        return new CountStore(database);
    }

    @Bean
    TimelineStore timelineStore(InstantSource clock, Ids ids) {
        return new TimelineStore(clock, ids);
    }

    @Bean
    StoryStore storyStore(Database database) {
        return new StoryStore(database);
    }

    /** New envelopes wait for their translation. */
    @Bean
    Wakeup translatorWakeup() {
        return new Wakeup();
    }

    /** New runs wait for their rule. */
    @Bean
    Wakeup runnerWakeup() {
        return new Wakeup();
    }

    /** Changed contacts wait to leave. */
    @Bean
    Wakeup contactWakeup() {
        return new Wakeup();
    }

    /** Changed lists and suppressions wait to leave. */
    @Bean
    Wakeup ledgerWakeup() {
        return new Wakeup();
    }

    /** New sends wait to leave. */
    @Bean
    Wakeup senderWakeup() {
        return new Wakeup();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub;

import io.smartmails.db.Database;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.EditStore;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.EventStore;
import io.smartmails.hub.queue.Forecaster;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.queue.PressureAlarm;
import io.smartmails.hub.queue.PressureSettings;
import io.smartmails.hub.queue.PressureWorker;
import io.smartmails.hub.queue.Rehearsal;
import io.smartmails.hub.queue.ReplayStore;
import io.smartmails.hub.queue.ReplayWorker;
import io.smartmails.hub.queue.RetentionSettings;
import io.smartmails.hub.queue.RetentionWorker;
import io.smartmails.hub.queue.RunStore;
import io.smartmails.hub.queue.SingleRunner;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** What keeps the queue in order: replays, pressure, retention. */
@Configuration(proxyBeanMethods = false)
class UpkeepConfiguration {
    @Bean
    SingleRunner singleRunner(Database database, InstantSource clock, Ids ids) {
        return new SingleRunner(database, clock, ids.next("node"));
    }

    @Bean
    EditStore editStore(Database database, InstantSource clock, Ids ids) {
        return new EditStore(database, clock, ids);
    }

    @Bean
    EventStore eventStore(Database database, InstantSource clock, Ids ids) {
        return new EventStore(database, clock, ids);
    }

    @Bean
    ReplayStore replayStore(Database database, InstantSource clock) {
        return new ReplayStore(database, clock);
    }

    @Bean
    Forecaster forecaster(
            Database database,
            DeadLetterStore deadLetters,
            EnvelopeStore envelopes,
            RunStore runs,
            EventStore events,
            Rehearsal rehearsal,
            InstantSource clock) {
        return new Forecaster(database, deadLetters, envelopes, runs, events, rehearsal, clock);
    }

    /** Replays were asked for. */
    @Bean
    Wakeup replayWakeup() {
        return new Wakeup();
    }

    @Bean
    ReplayWorker replayWorker(
            Database database,
            ReplayStore replays,
            DeadLetterStore deadLetters,
            EventStore events,
            TimelineStore timeline,
            Rehearsal rules,
            SingleRunner runner,
            @Qualifier("replayWakeup") Wakeup wakeup,
            @Qualifier("translatorWakeup") Wakeup translator,
            @Qualifier("runnerWakeup") Wakeup rulesWakeup,
            @Qualifier("senderWakeup") Wakeup sender,
            @Qualifier("contactWakeup") Wakeup contacts) {
        return new ReplayWorker(
                database,
                replays,
                deadLetters,
                events,
                timeline,
                rules,
                runner,
                wakeup,
                List.of(translator, rulesWakeup, sender, contacts));
    }

    /** Until alerts are kept, the log tells. */
    @Bean
    PressureAlarm pressureAlarm() {
        Logger log = LoggerFactory.getLogger(Pressure.class);
        return (type, subject, detail) -> log.warn("{} of {}: {}", type, subject, detail);
    }

    @Bean
    Pressure pressure(
            HubSettings settings,
            Database database,
            PressureAlarm alarm,
            @Value("${hub.pressure.max-waiting:1000000}") long maxWaiting,
            @Value("${hub.pressure.min-free-disk:0}") DataSize minFree,
            @Value("${hub.pressure.max-data-size:0}") DataSize maxData) {
        if (maxWaiting < 1) {
            throw new IllegalStateException("hub.pressure.max-waiting is " + maxWaiting + "; it must be at least 1");
        }
        return new Pressure(
                new PressureSettings(maxWaiting, minFree.toBytes(), maxData.toBytes(), settings.data()),
                database,
                alarm);
    }

    @Bean
    PressureWorker pressureWorker(Pressure pressure) {
        return new PressureWorker(pressure);
    }

    @Bean
    RetentionWorker retentionWorker(
            Database database,
            ReplayStore replays,
            TimelineStore timeline,
            SingleRunner runner,
            InstantSource clock,
            @Value("${hub.retention.envelopes:30d}") Duration envelopes,
            @Value("${hub.retention.timeline:90d}") Duration stories,
            @Value("${hub.retention.items:400d}") Duration items,
            @Value("${hub.retention.dedupe:14d}") Duration dedupe,
            @Value("${hub.retention.dead-letters:0d}") Duration deadLetters) {
        return new RetentionWorker(
                database,
                replays,
                timeline,
                new RetentionSettings(envelopes, stories, items, dedupe, deadLetters.isZero() ? null : deadLetters),
                runner,
                clock);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.id.Ids;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code POST /v1/events} and {@code /v1/events/batch} (contract 4.16): journalled like a webhook of the connection
 * {@code api}, then made into events that rules listen to. Those of a test key are journalled and told, but reach no rule.
 */
final class EventEndpoints {
    private static final int MAX_EVENT_BYTES = 1024 * 1024;
    private static final int MAX_BATCH_BYTES = 5 * 1024 * 1024;
    static final int MAX_BATCH_ITEMS = 1000;
    private static final Set<String> BATCH_MEMBERS = Set.of("on_error", "events");
    private static final String TOPIC = "events";

    private final Database database;
    private final EnvelopeStore envelopes;
    private final DedupeStore dedupe;
    private final Wakeup translator;
    private final InstantSource clock;
    private final Ids ids;

    EventEndpoints(
            Database database,
            EnvelopeStore envelopes,
            DedupeStore dedupe,
            Wakeup translator,
            InstantSource clock,
            Ids ids) {
        this.database = database;
        this.envelopes = envelopes;
        this.dedupe = dedupe;
        this.translator = translator;
        this.clock = clock;
        this.ids = ids;
    }

    Call.Reply track(Call call) throws IOException {
        var faults = new Faults(call.lenient());
        EventReader.Request event = EventReader.read(call.body(MAX_EVENT_BYTES), "", faults, clock.instant());
        faults.refuse();
        Call.Reply reply = call.commit(database, 202, tx -> {
            Taken taken = take(tx, event, call.caller());
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("id", taken.id());
            view.put("duplicate", taken.duplicate());
            return view;
        });
        translator.signal();
        return reply;
    }

    Call.Reply trackBatch(Call call) throws IOException {
        var batch = new BatchRequest<EventReader.Request>(
                call.body(MAX_BATCH_BYTES), "events", MAX_BATCH_ITEMS, BATCH_MEMBERS, call.lenient());
        batch.read(call.lenient(), (item, at, faults) -> EventReader.read(item, at, faults, clock.instant()));
        batch.refuse();
        Call.Reply reply = call.commit(database, 202, tx -> {
            List<Taken> taken = batch.good().stream()
                    .map(event -> take(tx, event, call.caller()))
                    .toList();
            long duplicates = taken.stream().filter(Taken::duplicate).count();
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("accepted", taken.size() - duplicates);
            view.put("duplicates", duplicates);
            view.put("rejected", batch.rejected());
            view.put("results", batch.results(taken));
            return view;
        });
        translator.signal();
        return reply;
    }

    private Taken take(Tx tx, EventReader.Request event, Caller caller) {
        String id = ids.next("evt");
        String holder = dedupe.take(tx, caller.test() ? "event-test" : "event-live", event.dedupeId(), id);
        if (!holder.equals(id)) {
            return new Taken(holder, true);
        }
        Instant now = clock.instant();
        var envelope = new Envelope(
                id,
                MessageIntake.CONNECTION,
                MessageIntake.CONNECTION,
                TOPIC,
                id,
                now,
                Map.of("key-id", caller.keyId()),
                event.body().toString().getBytes(StandardCharsets.UTF_8),
                0);
        envelopes.accept(tx, List.of(envelope));
        if (caller.test()) {
            envelopes.settle(tx, id, false);
        }
        return new Taken(id, false);
    }
}

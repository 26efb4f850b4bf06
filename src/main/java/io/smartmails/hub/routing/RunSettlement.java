// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.component.RuleRun;
import io.smartmails.hub.component.Rules;
import io.smartmails.hub.contact.ContactLedger;
import io.smartmails.hub.contact.Merge;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.queue.ContactCommand;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Run;
import io.smartmails.hub.queue.RunStore;
import io.smartmails.hub.queue.SendCommand;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The commit that ends a run: everything its rule wants is stored together with the news that the run is done. */
final class RunSettlement {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    private static final String BATCH_KEY = "live";
    private static final String MARKETING = "marketing";

    private final Database database;
    private final RunStore runs;
    private final ItemStore items;
    private final ContactLedger contacts;
    private final TimelineStore timeline;
    private final Rules rules;
    private final InstantSource clock;
    private final Ids ids;

    RunSettlement(
            Database database,
            RunStore runs,
            ItemStore items,
            ContactLedger contacts,
            TimelineStore timeline,
            Rules rules,
            InstantSource clock,
            Ids ids) {
        this.database = database;
        this.runs = runs;
        this.items = items;
        this.contacts = contacts;
        this.timeline = timeline;
        this.rules = rules;
        this.clock = clock;
        this.ids = ids;
    }

    /** Another holder of the run's lease was faster; nothing of this one is stored. */
    static final class SettledBefore extends RuntimeException {
        SettledBefore(String run) {
            super(run + " was settled before");
        }
    }

    /** Completes after the commit; exceptionally with {@link SettledBefore}, or with what kept it from being stored. */
    CompletableFuture<Void> settle(Run run, RuleRun collected) {
        Map<SendCommand, String> payloads = new IdentityHashMap<>();
        collected.sends().forEach(send -> payloads.put(send, json(run, send)));
        return database.writeAsync(tx -> {
            List<String> results = new ArrayList<>();
            sends(tx, run, collected.sends(), payloads, results);
            contacts(tx, run, collected, results);
            for (Event derived : collected.events()) {
                runs.publish(tx, run.envelopeId(), derived, rules.listenersOf(derived), run.again());
                results.add("event " + derived.type());
            }
            if (!runs.settle(tx, run.id(), results.isEmpty() ? "nothing to do" : String.join(", ", results))) {
                throw new SettledBefore(run.id());
            }
            return null;
        });
    }

    private static String json(Run run, SendCommand send) {
        try {
            return JSON.writeValueAsString(send.message());
        } catch (JsonProcessingException e) {
            throw new PermanentFailure(
                    "the message of rule '" + run.rule() + "' is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private void sends(
            Tx tx, Run run, List<SendCommand> sends, Map<SendCommand, String> payloads, List<String> results) {
        int added = 0;
        Instant now = clock.instant();
        for (SendCommand send : sends) {
            String identity = SendIdentity.of(run, send);
            var item = new Item(
                    ids.next("itm"),
                    Item.Kind.SEND,
                    run.envelopeId(),
                    run.id(),
                    identity,
                    null,
                    send.category().equals(MARKETING) ? Item.Lane.BULK : Item.Lane.TRANSACTIONAL,
                    BATCH_KEY,
                    send.expiresAfter() == null ? null : run.receivedAt().plus(send.expiresAfter()),
                    0,
                    now,
                    payloads.get(send));
            if (items.add(tx, item, now)) {
                added++;
            } else {
                String holder = items.holderOf(tx, identity).orElse("");
                timeline.add(
                        tx,
                        run.envelopeId(),
                        "routing",
                        "already-mailed",
                        run.rule() + ": this mail was sent or is on its way as " + holder,
                        holder);
                results.add("already mailed (" + holder + ")");
            }
        }
        if (added > 0) {
            results.add(0, added == 1 ? "1 send" : added + " sends");
        }
    }

    private void contacts(Tx tx, Run run, RuleRun collected, List<String> results) {
        Map<Merge, Integer> merges = new EnumMap<>(Merge.class);
        for (ContactCommand contact : collected.contacts()) {
            merges.merge(contacts.merge(tx, contact, run.envelopeId(), run.id()), 1, Integer::sum);
        }
        for (int count = collected.withoutAddress(); count > 0; count--) {
            merges.merge(Merge.NO_ADDRESS, 1, Integer::sum);
        }
        merges.forEach((merge, count) -> results.add(word(merge) + (count == 1 ? "" : " (" + count + ")")));
    }

    private static String word(Merge merge) {
        return switch (merge) {
            case CHANGED -> "contact changed";
            case UNCHANGED -> "contact unchanged";
            case STALE -> "contact older than what is known";
            case NO_ADDRESS -> "contact without an address";
        };
    }
}

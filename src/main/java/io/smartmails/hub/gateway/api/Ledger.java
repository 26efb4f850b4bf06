// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.contact.ContactLedger;
import io.smartmails.hub.contact.Contacts;
import io.smartmails.hub.contact.Lists;
import io.smartmails.hub.contact.Suppressions;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.id.Ids;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The part of the ledger a key opens: that of the account, or one beside it for test keys, of which nothing leaves. What an
 * application changes is journalled in the same commit, so that its way to SmartMails can be told like any other.
 */
final class Ledger {
    private static final String CONNECTION = "api";
    private static final String TOPIC = "contacts";

    private final Database database;
    private final EnvelopeStore envelopes;
    private final Ids ids;
    private final InstantSource clock;
    private final Contacts contacts;
    private final Lists lists;
    private final Suppressions suppressions;
    private final Runnable wake;

    /**
     * @param envelopes null for a part of which nothing leaves
     * @param wake wakes whoever takes changes to SmartMails
     */
    Ledger(
            Database database,
            ContactLedger ledger,
            EnvelopeStore envelopes,
            Ids ids,
            InstantSource clock,
            Runnable wake) {
        this.database = database;
        this.envelopes = envelopes;
        this.ids = ids;
        this.clock = clock;
        this.contacts = new Contacts(ledger);
        this.lists = new Lists(ledger, contacts);
        this.suppressions = new Suppressions(ledger, contacts);
        this.wake = wake;
    }

    Contacts contacts() {
        return contacts;
    }

    Lists lists() {
        return lists;
    }

    Suppressions suppressions() {
        return suppressions;
    }

    long now() {
        return clock.millis();
    }

    /** Something to be done in one commit; its changes wait under the receipt. */
    interface Change<T> {
        T make(Tx tx, String receipt);
    }

    /** What was done and the receipt its story is found by; null when nothing has to leave. */
    record Changed<T>(T result, String receipt) {}

    /** @param leaves whether anything waits under the receipt after that */
    <T> Changed<T> change(Call call, Predicate<T> leaves, Change<T> change) {
        String receipt = ids.next("env");
        Changed<T> changed = database.write(tx -> {
            T result = change.make(tx, receipt);
            boolean told = envelopes != null && leaves.test(result);
            if (told) {
                envelopes.acceptTranslated(tx, envelope(call, receipt));
            }
            return new Changed<>(result, told ? receipt : null);
        });
        wake.run();
        return changed;
    }

    /** Says who did what, not the data: that is in the ledger, and only there. */
    private Envelope envelope(Call call, String receipt) {
        String what = "{\"method\":\"" + call.request().getMethod() + "\",\"bytes\":" + call.bytes().length + "}";
        return new Envelope(
                receipt,
                CONNECTION,
                CONNECTION,
                TOPIC,
                receipt,
                clock.instant(),
                Map.of("key-id", call.caller().keyId()),
                what.getBytes(StandardCharsets.UTF_8),
                0);
    }
}

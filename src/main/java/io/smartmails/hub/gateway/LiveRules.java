// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.hub.audit.AuditEntry;
import io.smartmails.hub.audit.AuditLog;
import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rules as they are now: at once on the node that changed them, within a second on every other. */
final class LiveRules implements Supplier<DoorRules> {
    private static final Logger LOG = LoggerFactory.getLogger(LiveRules.class);

    private final Database database;
    private final DoorRulesStore store;
    private final AuditLog audit;
    private final InstantSource clock;
    private volatile DoorRules now;

    LiveRules(Database database, AuditLog audit, InstantSource clock) {
        this.database = database;
        this.store = new DoorRulesStore(database);
        this.audit = audit;
        this.clock = clock;
        this.now = store.find().orElse(DoorRules.NONE);
    }

    @Override
    public DoorRules get() {
        return now;
    }

    /** Looks whether another node changed them; called twice a second. */
    void refresh() {
        try {
            if (store.version() != now.version()) {
                take(store.find().orElse(DoorRules.NONE));
            }
        } catch (RuntimeException e) {
            LOG.warn("The rules of the door could not be looked up; the old ones hold: {}", e.getMessage());
        }
    }

    private synchronized void take(DoorRules rules) {
        if (rules.version() > now.version()) {
            now = rules;
        }
    }

    /**
     * Changes them, with the record of it in the same commit.
     *
     * @param change what they become; what it throws leaves everything as it was
     */
    DoorRules change(UnaryOperator<DoorRules> change, String actor, String address, String requestId) {
        DoorRules changed = database.write(tx -> {
            DoorRules before = store.find(tx);
            DoorRules wanted = change.apply(before);
            var after = new DoorRules(wanted.addresses(), wanted.account(), wanted.address(), before.version() + 1);
            store.save(tx, after, clock.instant(), actor);
            audit.append(
                    tx,
                    new AuditEntry(
                            actor,
                            address,
                            "gateway.change",
                            null,
                            DoorRulesStore.texts(before),
                            DoorRulesStore.texts(after),
                            requestId));
            return after;
        });
        take(changed);
        return changed;
    }
}

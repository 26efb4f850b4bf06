// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Database;
import io.smartmails.hub.contact.Lists;
import io.smartmails.hub.contact.Suppression;
import io.smartmails.hub.contact.Suppressions;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.queue.Worker;
import io.smartmails.hub.smartmails.LedgerClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes changed lists and suppressions to SmartMails. They are state, like contacts: what changed several times leaves once,
 * as it is then. A step makes one request at most.
 */
final class LedgerSync extends Worker {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerSync.class);
    private static final Duration IDLE = Duration.ofMillis(500);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
    private static final int MOST_SUPPRESSIONS = 1000;

    private final Database database;
    private final Lists lists;
    private final Suppressions suppressions;
    private final LedgerClient client;
    private final Upstream upstream;
    private Duration pause = IDLE;

    LedgerSync(
            Database database,
            Lists lists,
            Suppressions suppressions,
            LedgerClient client,
            Upstream upstream,
            Wakeup wakeup) {
        super("ledger-sync", wakeup, IDLE);
        this.database = database;
        this.lists = lists;
        this.suppressions = suppressions;
        this.client = client;
        this.upstream = upstream;
    }

    @Override
    protected Duration idle() {
        return pause;
    }

    @Override
    protected boolean step() {
        pause = IDLE;
        List<Suppression> added = suppressions.dirty(MOST_SUPPRESSIONS);
        Optional<String> released = added.isEmpty() ? suppressions.nextRelease() : Optional.empty();
        Optional<Lists.Dirty> list = added.isEmpty() && released.isEmpty() ? lists.nextDirty() : Optional.empty();
        if (added.isEmpty() && released.isEmpty() && list.isEmpty()) {
            return false;
        }
        Optional<Budget.Token> token = upstream.token(Lane.SYNC, false);
        if (token.isEmpty()) {
            return false;
        }
        try (Budget.Token request = token.get()) {
            if (!added.isEmpty()) {
                suppress(added, request);
            } else if (released.isPresent()) {
                release(released.get(), request);
            } else {
                put(list.orElseThrow(), request);
            }
        } catch (TransientFailure failure) {
            pause = failure.after().compareTo(AFTER_FAILURE) > 0 ? failure.after() : AFTER_FAILURE;
            LOG.info("The ledger waits: {}", failure.getMessage());
            return false;
        }
        return true;
    }

    private void suppress(List<Suppression> entries, Budget.Token request) {
        try {
            List<String> refused = upstream.use(
                    request,
                    () -> client.suppress(entries.stream().map(LedgerSync::item).toList()));
            if (!refused.isEmpty()) {
                LOG.warn("SmartMails refused {} suppressions: {}", refused.size(), refused);
            }
        } catch (PermanentFailure failure) {
            LOG.warn("SmartMails refused {} suppressions: {}", entries.size(), failure.getMessage());
        }
        database.write(tx -> {
            suppressions.synced(tx, entries);
            return null;
        });
    }

    private static Map<String, Object> item(Suppression entry) {
        Map<String, Object> item = new LinkedHashMap<>(entry.view());
        item.remove("created_at");
        return item;
    }

    private void release(String email, Budget.Token request) {
        try {
            upstream.use(request, () -> {
                client.release(email);
                return null;
            });
        } catch (PermanentFailure failure) {
            LOG.warn("SmartMails does not release a suppressed address: {}", failure.getMessage());
        }
        database.write(tx -> {
            suppressions.released(tx, email);
            return null;
        });
    }

    private void put(Lists.Dirty list, Budget.Token request) {
        String upstreamId = list.upstreamId();
        boolean done = true;
        try {
            if (list.isDeletion()) {
                if (upstreamId == null) {
                    request.giveBack();
                } else {
                    upstream.use(request, Operation.LISTS, () -> {
                        client.deleteList(list.upstreamId());
                        return null;
                    });
                }
            } else if (upstreamId == null) {
                LedgerClient.Made made = upstream.use(request, Operation.LISTS, () -> client.createList(list.fields()));
                upstreamId = made.id();
                done = !made.wasThere();
            } else if (!upstream.use(
                    request, Operation.LISTS, () -> client.updateList(list.upstreamId(), list.fields()))) {
                upstreamId = null;
                done = false;
            }
        } catch (PermanentFailure failure) {
            LOG.warn("SmartMails refused the list {}: {}", list.id(), failure.getMessage());
        }
        String id = upstreamId;
        boolean clean = done;
        database.write(tx -> {
            lists.synced(tx, list, id, clean);
            return null;
        });
    }
}

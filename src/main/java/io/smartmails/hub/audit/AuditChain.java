// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chain of acts. Each event's hash is an HMAC under the pepper over its content and the hash before it, and the head row
 * seals length and end. So whoever can write the database but has no pepper can neither change, remove nor add an event
 * without {@link #verify} naming the place; only the whole database put back to an older state looks right, which is why a
 * noted count and head are worth keeping elsewhere.
 *
 * <p>A chain found damaged while appending goes on behind a link that never fits, so the damage stays visible and the hub
 * stays usable.
 */
final class AuditChain implements AuditLog, AuditView {
    /** Stands for the hash before the first event. */
    static final String GENESIS = "";

    private static final String DAMAGED = "damaged";
    private static final int PAGE = 1_000;
    private static final int ACTION_CHARS = 80;
    private static final int ID_CHARS = 80;
    private static final int TARGET_CHARS = 200;
    private static final Logger LOG = LoggerFactory.getLogger(AuditChain.class);

    private final AuditStore store;
    private final Secrets secrets;
    private final InstantSource clock;
    private final Ids ids;

    AuditChain(Database database, Secrets secrets, InstantSource clock, Ids ids) {
        this.store = new AuditStore(database);
        this.secrets = secrets;
        this.clock = clock;
        this.ids = ids;
        store.guard();
    }

    @Override
    public void append(Tx tx, AuditEntry entry) {
        Optional<AuditStore.Head> head = store.lockHead(tx);
        boolean sound = head.map(this::isSealed).orElseGet(() -> store.lastSeq(tx) == 0);
        long seq = sound
                ? head.map(AuditStore.Head::seq).orElse(0L)
                : Math.max(store.lastSeq(tx), head.map(AuditStore.Head::seq).orElse(0L));
        if (!sound) {
            LOG.error("The end of the audit chain was changed from outside; './hub audit verify' names the place");
        }
        String previous = sound ? head.map(AuditStore.Head::hash).orElse(GENESIS) : DAMAGED;
        AuditEvent open = new AuditEvent(
                seq + 1,
                ids.next("evt"),
                Instant.ofEpochMilli(clock.millis()),
                actorType(entry.actor()),
                Masked.text(entry.actor(), ID_CHARS),
                Masked.text(entry.address(), ID_CHARS),
                Masked.text(entry.action(), ACTION_CHARS),
                Masked.text(entry.target(), TARGET_CHARS),
                Masked.text(Json.write(entry.before())),
                Masked.text(Json.write(entry.after())),
                Masked.text(entry.requestId(), ID_CHARS),
                previous,
                "");
        AuditEvent event = open.withHash(hash(open));
        store.insert(tx, event);
        store.moveHead(tx, new AuditStore.Head(event.seq(), event.hash(), seal(event.seq(), event.hash())));
    }

    private static String actorType(String actor) {
        return actor.startsWith("key_") ? "key" : actor.equals("anonymous") ? "anonymous" : "hub";
    }

    @Override
    public Page find(Query query) {
        List<AuditEvent> events = store.find(query);
        boolean more = events.size() > query.limit();
        return new Page(more ? events.subList(0, query.limit()) : events, more);
    }

    @Override
    public Verification verify() {
        var walk = new Walk();
        while (walk.broken == null) {
            List<AuditEvent> events = store.after(walk.seq, PAGE);
            events.forEach(walk::step);
            if (events.isEmpty()) {
                // Rows are read before the head, and both move in one commit: a sound head is never behind the rows.
                Optional<AuditStore.Head> head = store.head();
                if (head.isPresent()
                        && head.get().seq() > walk.seq
                        && !store.after(walk.seq, 1).isEmpty()) {
                    continue;
                }
                walk.end(head);
                break;
            }
        }
        return new Verification(walk.broken == null, walk.seq, walk.hash, walk.since, walk.broken, walk.reason);
    }

    /** One pass along the chain. */
    private final class Walk {
        private long seq;
        private String hash = GENESIS;
        private Instant since;
        private Long broken;
        private String reason;

        void step(AuditEvent event) {
            if (broken != null) {
                return;
            }
            if (event.seq() != seq + 1) {
                breakAt(seq + 1, "event " + (seq + 1) + " is missing");
            } else if (!event.previousHash().equals(hash)) {
                breakAt(event.seq(), "event " + event.seq() + " does not continue the one before it");
            } else if (!same(event.hash(), hash(event))) {
                breakAt(event.seq(), "event " + event.seq() + " was changed");
            } else {
                seq = event.seq();
                hash = event.hash();
                since = since == null ? event.at() : since;
            }
        }

        void end(Optional<AuditStore.Head> head) {
            if (head.isEmpty()) {
                if (seq > 0) {
                    breakAt(seq + 1, "the head row is missing, so nobody knows whether events follow");
                }
            } else if (!isSealed(head.get())) {
                breakAt(seq + 1, "the head row was changed, so nobody knows whether events follow");
            } else if (head.get().seq() > seq) {
                breakAt(seq + 1, "events " + (seq + 1) + " to " + head.get().seq() + " are missing at the end");
            } else if (!head.get().hash().equals(hash)) {
                breakAt(head.get().seq() + 1, "events were added behind the head");
            }
        }

        private void breakAt(long at, String why) {
            broken = at;
            reason = why;
        }
    }

    private String hash(AuditEvent event) {
        return secrets.hash(event.canonical(Account.MAIN));
    }

    private String seal(long seq, String hash) {
        return secrets.hash("audit-head " + Json.write(List.of(Account.MAIN, seq, hash)));
    }

    private boolean isSealed(AuditStore.Head head) {
        return same(head.seal(), seal(head.seq(), head.hash()));
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}

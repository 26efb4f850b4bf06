// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.db.Work;
import io.smartmails.hub.audit.AuditEntry;
import io.smartmails.hub.audit.AuditLog;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import io.smartmails.key.ApiKey;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Makes, changes, rolls and ends keys. Each act is one commit together with its audit entry, and works at this node when
 * the method returns, at others within a second.
 *
 * <p>Refusals of all acts: 404 {@code not_found}; 403 {@code missing_scope} for a key with more scopes than its maker has,
 * {@code role_forbidden} for a test key that would make a live one; 409 {@code invalid_state}.
 */
public final class KeyDesk {
    private static final String ADMIN_SCOPE = "keys:admin";

    private final KeyRing ring;
    private final KeyStore store;
    private final Database database;
    private final Secrets secrets;
    private final AuditLog audit;
    private final InstantSource clock;
    private final Ids ids;
    private final RandomGenerator random;

    KeyDesk(
            KeyRing ring,
            KeyStore store,
            Database database,
            Secrets secrets,
            AuditLog audit,
            InstantSource clock,
            Ids ids,
            RandomGenerator random) {
        this.ring = ring;
        this.store = store;
        this.database = database;
        this.secrets = secrets;
        this.audit = audit;
        this.clock = clock;
        this.ids = ids;
        this.random = random;
    }

    /** A new key, whose secret is shown this once. */
    public record Created(HubKey key, String secret) {}

    private record Written<T>(T result, long version) {}

    /** What becomes of a key. */
    private interface Act {
        HubKey run(Tx tx, HubKey key, Instant now);
    }

    /**
     * Makes a key.
     *
     * @param wanted fields of contract 4.6
     * @param lenient unknown fields are passed over
     */
    public Created create(KeyActor actor, ObjectNode wanted, boolean lenient) {
        Instant now = now();
        KeyForm.NewKey form = KeyForm.create(wanted, now, lenient);
        requireMayGrant(actor, form.terms().scopes(), form.test());
        return create(actor, form.terms(), form.test(), actor.id(), newSecret(form.test()), now);
    }

    /** Makes a key of these terms; for tests and the first start. */
    Created create(KeyActor actor, KeyTerms terms, boolean test, String createdBy, String secret, Instant now) {
        HubKey key = fresh(ids.next("key"), terms, test, secret, createdBy, now, null);
        commit(tx -> {
            store.insert(tx, key, secrets.hash(secret));
            record(tx, actor, "key.create", key.id(), Map.of(), KeyJson.audited(key, now));
            return null;
        });
        return new Created(key, secret);
    }

    /**
     * Makes the first admin key if there is no key at all.
     *
     * @param wanted the key to use, of valid shape; otherwise one is made
     * @return the key, this once; empty when there are keys already
     */
    public Optional<String> firstAdminKey(Optional<String> wanted) {
        if (!store.isEmpty()) {
            return Optional.empty();
        }
        String secret = wanted.orElseGet(() -> newSecret(false));
        KeyTerms terms = KeyTerms.of(Preset.ADMIN).named("first admin key");
        create(KeyActor.HUB, terms, ApiKey.isTest(secret), "first-start", secret, now());
        return Optional.of(secret);
    }

    /** Fields that are present are set, null brings back the usual value, absent ones stay. */
    public HubKey change(KeyActor actor, String id, ObjectNode wanted, boolean lenient) {
        return act(id, (tx, key, now) -> {
            requireLiving(key, now);
            KeyTerms terms = KeyForm.change(key.terms(), wanted, now, lenient);
            requireMayGrant(actor, terms.scopes(), key.test());
            if (key.replacedBy() != null
                    && (terms.expiresAt() == null
                            || terms.expiresAt().isAfter(key.terms().expiresAt()))) {
                throw Problem.of(ProblemCode.VALIDATION_FAILED, "1 field is wrong")
                        .withError("/expires_at", "range", "a key that was rolled can only end earlier")
                        .asException();
            }
            boolean endsSometime = terms.expiresAt() != null && key.terms().expiresAt() == null;
            if (!terms.scopes().contains(ADMIN_SCOPE) || endsSometime) {
                requireAnotherAdmin(tx, key, now, "change");
            }
            if (terms.equals(key.terms())) {
                return key;
            }
            store.change(tx, key, terms);
            return changed(tx, actor, "key.change", key, now);
        });
    }

    /** Switches a key off until {@link #enable}. */
    public HubKey disable(KeyActor actor, String id) {
        return act(id, (tx, key, now) -> {
            if (key.status(now) == HubKey.Status.DISABLED) {
                return key;
            }
            requireLiving(key, now);
            requireAnotherAdmin(tx, key, now, "disable");
            store.setDisabled(tx, id, now);
            return changed(tx, actor, "key.disable", key, now);
        });
    }

    public HubKey enable(KeyActor actor, String id) {
        return act(id, (tx, key, now) -> {
            requireLiving(key, now);
            requireMayGrant(actor, key.terms().scopes(), key.test());
            if (key.disabledAt() == null) {
                return key;
            }
            store.setDisabled(tx, id, null);
            return changed(tx, actor, "key.enable", key, now);
        });
    }

    /** Ends a key for ever. Ending one twice changes nothing. */
    public HubKey revoke(KeyActor actor, String id) {
        return act(id, (tx, key, now) -> {
            if (key.revokedAt() != null) {
                return key;
            }
            requireAnotherAdmin(tx, key, now, "revoke");
            store.setRevoked(tx, id, now);
            return changed(tx, actor, "key.revoke", key, now);
        });
    }

    /**
     * Makes a key that takes this one's place: same terms, same bucket. The old one works on for the grace period.
     *
     * @param wanted {@code grace_period}, PT0S to P30D, PT24H when absent; {@code expires_at} of the new key
     */
    public Created roll(KeyActor actor, String id, ObjectNode wanted, boolean lenient) {
        HubKey found = find(id);
        String secret = newSecret(found.test());
        String newId = ids.next("key");
        HubKey made = act(id, (tx, key, now) -> {
            if (!key.status(now).works()) {
                throw wrongState(key, now, "It is " + key.status(now).code() + ", so make a new key instead");
            }
            if (key.replacedBy() != null) {
                throw Problem.of(
                                ProblemCode.INVALID_STATE,
                                "This key was rolled into " + key.replacedBy() + "; roll that one, or make a new key")
                        .with("state", "rolled")
                        .with("replaced_by", key.replacedBy())
                        .asException();
            }
            KeyForm.Roll form = KeyForm.roll(key.terms(), wanted, now, lenient);
            requireMayGrant(actor, key.terms().scopes(), key.test());
            Instant end = earlier(key.terms().expiresAt(), now.plus(form.grace()));
            HubKey next = fresh(newId, form.terms(), key.test(), secret, actor.id(), now, key);
            store.insert(tx, next, secrets.hash(secret));
            store.setReplaced(tx, key.id(), newId, end);
            HubKey old = store.find(tx, key.id()).orElseThrow();
            record(tx, actor, "key.roll", key.id(), KeyJson.audited(key, now), KeyJson.audited(old, now));
            record(tx, actor, "key.create", newId, Map.of(), KeyJson.audited(next, now));
            return next;
        });
        return new Created(made, secret);
    }

    /** @throws ProblemException 404 {@code not_found} */
    public HubKey find(String id) {
        return store.find(id).orElseThrow(KeyDesk::unknown);
    }

    private HubKey act(String id, Act act) {
        Instant now = now();
        return commit(tx -> act.run(tx, store.find(tx, id).orElseThrow(KeyDesk::unknown), now));
    }

    private <T> T commit(Work<T> work) {
        Written<T> written = database.write(tx -> {
            long version = store.raiseVersion(tx);
            return new Written<>(work.run(tx), version);
        });
        ring.changed(written.version());
        return written.result();
    }

    private HubKey changed(Tx tx, KeyActor actor, String action, HubKey before, Instant now) {
        HubKey after = store.find(tx, before.id()).orElseThrow();
        record(tx, actor, action, before.id(), KeyJson.audited(before, now), KeyJson.audited(after, now));
        return after;
    }

    private void record(
            Tx tx, KeyActor actor, String action, String target, Map<String, ?> before, Map<String, ?> after) {
        audit.append(tx, new AuditEntry(actor.id(), actor.address(), action, target, before, after, actor.requestId()));
    }

    private static void requireMayGrant(KeyActor actor, Set<String> scopes, boolean test) {
        if (actor.test() && !test) {
            throw Problem.of(
                            ProblemCode.ROLE_FORBIDDEN,
                            "A test key makes and mends test keys only; send mode test, or use a live key")
                    .asException();
        }
        scopes.stream()
                .filter(scope -> !actor.scopes().contains(scope))
                .findFirst()
                .ifPresent(missing -> {
                    throw Problem.of(
                                    ProblemCode.MISSING_SCOPE,
                                    "Key " + actor.id() + " cannot grant " + missing
                                            + ", which it lacks itself; leave it out, or use a key that has it")
                            .with("required_scope", missing)
                            .asException();
                });
    }

    private void requireAnotherAdmin(Tx tx, HubKey key, Instant now, String verb) {
        boolean administers =
                key.terms().scopes().contains(ADMIN_SCOPE) && key.status(now).works() && key.replacedBy() == null;
        if (administers && store.otherAdmins(tx, key.id(), now) == 0) {
            throw wrongState(
                    key,
                    now,
                    "This is the last admin key, so nobody could administer the hub after that; make another one, then "
                            + verb + " this");
        }
    }

    private static void requireLiving(HubKey key, Instant now) {
        HubKey.Status status = key.status(now);
        if (status == HubKey.Status.REVOKED || status == HubKey.Status.EXPIRED) {
            throw wrongState(key, now, "It is " + status.code() + " for good; make a new key instead");
        }
    }

    private static ProblemException wrongState(HubKey key, Instant now, String detail) {
        return Problem.of(ProblemCode.INVALID_STATE, detail)
                .with("state", key.status(now).code())
                .asException();
    }

    private static ProblemException unknown() {
        return Problem.of(ProblemCode.NOT_FOUND, "There is no key with this id; list the keys to find it")
                .asException();
    }

    private static HubKey fresh(
            String id, KeyTerms terms, boolean test, String secret, String createdBy, Instant now, HubKey replaced) {
        return new HubKey(
                id,
                terms,
                test,
                ApiKey.display(secret),
                replaced == null ? id : replaced.bucketId(),
                now,
                createdBy,
                null,
                null,
                null,
                null,
                replaced == null ? null : replaced.id(),
                null);
    }

    private String newSecret(boolean test) {
        return ApiKey.generate(test ? ApiKey.TEST : ApiKey.LIVE, random);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Instant earlier(Instant end, Instant other) {
        return end != null && end.isBefore(other) ? end : other;
    }
}

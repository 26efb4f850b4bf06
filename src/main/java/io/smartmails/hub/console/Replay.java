// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.audit.AuditLog;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.CommandCheck;
import io.smartmails.hub.queue.DeadLetter;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.EditStore;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Rehearsal;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Puts a dead letter back where it stopped, edited if so wished, says so in its story and the audit, and wakes the workers. */
final class Replay {
    static final int REASON_CHARS = 200;
    private static final int MAX_PAYLOAD_BYTES = 5 * 1024 * 1024;

    private final Database database;
    private final DeadLetterStore deadLetters;
    private final EnvelopeStore envelopes;
    private final ItemStore items;
    private final EditStore edits;
    private final Rehearsal rehearsal;
    private final CommandCheck check;
    private final TimelineStore timeline;
    private final AuditLog audit;
    private final Ids ids;
    private final List<Wakeup> wakeups;

    Replay(
            Database database,
            DeadLetterStore deadLetters,
            EnvelopeStore envelopes,
            ItemStore items,
            EditStore edits,
            Rehearsal rehearsal,
            CommandCheck check,
            TimelineStore timeline,
            AuditLog audit,
            Ids ids,
            List<Wakeup> wakeups) {
        this.database = database;
        this.deadLetters = deadLetters;
        this.envelopes = envelopes;
        this.items = items;
        this.edits = edits;
        this.rehearsal = rehearsal;
        this.check = check;
        this.timeline = timeline;
        this.audit = audit;
        this.ids = ids;
        this.wakeups = List.copyOf(wakeups);
    }

    /** What is to take the place of what is there. */
    private interface Edit {
        boolean apply(Tx tx);
    }

    /**
     * @return what was replayed
     * @throws ProblemException {@code not_found}; {@code invalid_state} when it is no dead letter any more; {@code
     *     validation_failed} when the edit would fail or the force has no reason
     */
    DeadLetter replay(String id, ReplayRequest request, Actor actor) {
        DeadLetter letter = deadLetters.find(id).orElseThrow(() -> missing(id));
        requireReason(request.force(), request.reason());
        String again = request.force() ? ids.next("rpl") : null;
        Edit edit = edit(letter, request, actor.keyId());
        boolean replayed = database.write(tx -> {
            if (edit != null && !edit.apply(tx)) {
                return false;
            }
            if (!deadLetters.replay(tx, id, again)) {
                return false;
            }
            tell(tx, letter, request, edit != null, actor);
            return true;
        });
        if (!replayed) {
            throw missing(id);
        }
        wakeups.forEach(Wakeup::signal);
        return letter;
    }

    static void requireReason(boolean force, String reason) {
        if (force && Input.blankToNull(reason) == null) {
            throw Input.wrong("/reason", "forcing mails again what was mailed already, so it needs a reason");
        }
    }

    /** @return null when nothing changes */
    private Edit edit(DeadLetter letter, ReplayRequest request, String keyId) {
        if (request.payload() != null) {
            if (letter.kind() != DeadLetter.Kind.ENVELOPE) {
                throw Input.wrong(
                        "/payload",
                        "only what came in has a payload (kind envelope); this one stopped at " + letter.stage());
            }
            Envelope envelope = envelopes.find(letter.id()).orElseThrow(() -> missing(letter.id()));
            if (Arrays.equals(envelope.body(), request.payload())) {
                return null;
            }
            byte[] payload = checked(envelope, request.payload());
            return tx -> edits.envelope(tx, letter.id(), payload, keyId);
        }
        if (request.command() != null) {
            Item item = items.find(letter.id())
                    .filter(found -> found.kind() == Item.Kind.SEND)
                    .orElseThrow(() -> Input.wrong(
                            "/command", "only a mail that was to leave has a command (an item of kind send)"));
            if (Input.prettyText(item.payload()).equals(Input.pretty(request.command()))) {
                return null;
            }
            ObjectNode command = checked(item, request.command());
            Instant expires = command.hasNonNull("expires_at")
                    ? Instant.parse(command.get("expires_at").asText())
                    : null;
            return tx -> edits.send(tx, letter.id(), Input.write(command), expires, keyId);
        }
        return null;
    }

    private byte[] checked(Envelope envelope, byte[] payload) {
        if (payload.length == 0 || payload.length > MAX_PAYLOAD_BYTES) {
            throw Input.wrong("/payload", "1 byte to 5 MB");
        }
        try {
            rehearsal.translate(new Envelope(
                    envelope.id(),
                    envelope.connector(),
                    envelope.connection(),
                    envelope.topic(),
                    envelope.dedupeId(),
                    envelope.receivedAt(),
                    envelope.headers(),
                    payload,
                    0));
        } catch (TransientFailure e) {
            return payload; // whatever it is, it is not the payload
        } catch (PermanentFailure e) {
            throw Input.wrong("/payload", "it would fail again: " + e.getMessage());
        }
        return payload;
    }

    private ObjectNode checked(Item item, ObjectNode command) {
        List<Problem.FieldError> errors = check.errors(command, "/command");
        if (!errors.isEmpty()) {
            throw new Problem(
                            ProblemCode.VALIDATION_FAILED,
                            "Nothing was replayed; the message is wrong.",
                            errors,
                            Map.of(),
                            Map.of())
                    .asException();
        }
        String known = Input.tree(item.payload().getBytes(StandardCharsets.UTF_8))
                .path("dedupe_id")
                .asText(item.id());
        if (command.hasNonNull("dedupe_id")
                && !command.get("dedupe_id").asText().equals(known)) {
            throw Input.wrong(
                    "/command/dedupe_id",
                    "must stay, it keeps the mail from being sent twice; force gives it a new one");
        }
        return command;
    }

    private void tell(Tx tx, DeadLetter letter, ReplayRequest request, boolean edited, Actor actor) {
        if (edited) {
            timeline.add(
                    tx,
                    letter.receipt(),
                    "queue",
                    "edited",
                    "edited by " + actor.keyId() + " before the replay; the original is kept",
                    letter.id());
        }
        timeline.add(tx, letter.receipt(), "queue", "replayed", detail(letter, request, actor.keyId()), letter.id());
        Map<String, Object> after = new TreeMap<>(Map.of("state", "waiting", "receipt", letter.receipt()));
        after.put("edited", edited);
        after.put("forced", request.force());
        audit.append(
                tx,
                actor.did("dead-letter.replay", letter.id(), Map.of("state", "dead", "code", letter.code()), after));
    }

    private static String detail(DeadLetter letter, ReplayRequest request, String keyId) {
        String by = letter.stage() + " of " + letter.about() + " is tried again, asked for by " + keyId
                + (request.force() ? "; forced: what was mailed already is mailed again" : "");
        return request.reason() == null ? by : by + ": " + shortened(request.reason());
    }

    static String shortened(String reason) {
        return reason == null || reason.length() <= REASON_CHARS ? reason : reason.substring(0, REASON_CHARS);
    }

    private ProblemException missing(String id) {
        return deadLetters
                .stateOf(id)
                .map(state -> Problem.of(
                                ProblemCode.INVALID_STATE,
                                "It is " + state
                                        + ", not dead; nothing was replayed. Its timeline tells what happened since.")
                        .with("state", state))
                .orElseGet(() -> Problem.of(
                        ProblemCode.NOT_FOUND,
                        "There is no dead letter with this id. GET /admin/v1/dead-letters lists them."))
                .asException();
    }
}

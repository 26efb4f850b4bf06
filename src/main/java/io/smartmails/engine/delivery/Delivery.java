// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.delivery;

import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.engine.contact.Audience;
import io.smartmails.engine.contact.Suppression;
import io.smartmails.engine.contact.Suppressions;
import io.smartmails.engine.message.Message;
import io.smartmails.engine.message.MessageStore;
import io.smartmails.engine.message.Recipient;
import io.smartmails.id.Ids;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** Takes one message through one try and stores the outcome before returning. */
final class Delivery {
    private final Database database;
    private final MessageStore store;
    private final Audience audience;
    private final Ids ids;
    private final InstantSource clock;
    private final boolean captured;

    /** @param captured the capture server takes the mail, so taken means delivered and test mail may go there */
    Delivery(Database database, Audience audience, Ids ids, InstantSource clock, boolean captured) {
        this.database = database;
        this.store = new MessageStore(database);
        this.audience = audience;
        this.ids = ids;
        this.clock = clock;
        this.captured = captured;
    }

    void run(String messageId, Function<Message, SmtpAnswer> courier) {
        // Read again: it may have been cancelled since it was found due.
        Message message = store.find(messageId).orElse(null);
        if (message == null || message.dueAt() == null) {
            return;
        }
        long now = clock.millis();
        if (message.expiresAt() != null && message.expiresAt() <= now) {
            settle(message, Message.EXPIRED, message.recipients(), null, "expires_at has passed", List.of());
            return;
        }
        List<Recipient> wanted = stillWanted(message, now);
        if (wanted.stream().noneMatch(Recipient::waiting)) {
            settle(message, finalStatus(wanted), wanted, null, null, List.of());
            return;
        }
        Message current = with(message, message.status(), wanted, message.dueAt(), message.attempts(), now);
        boolean nowhere = message.flag("sandbox") || message.test() && !captured;
        SmtpAnswer answer = nowhere ? SmtpAnswer.accepted(MailComposer.envelope(wanted)) : courier.apply(current);
        settle(current, answer, nowhere);
    }

    /** Mail that waited may meet an opt-out that came later. */
    private List<Recipient> stillWanted(Message message, long now) {
        boolean waited = message.attempts() > 0 || message.sendAt() != null || now - message.createdAt() > 60_000;
        if (!waited) {
            return message.recipients();
        }
        var people =
                audience.of(message.recipients().stream().map(Recipient::key).toList());
        return message.recipients().stream()
                .map(recipient -> recipient.waiting()
                        ? people.obstacle(recipient.key(), message.category(), message.text("topic"))
                                .map(reason -> recipient.become(Recipient.SUPPRESSED, reason))
                                .orElse(recipient)
                        : recipient)
                .toList();
    }

    private void settle(Message message, SmtpAnswer answer, boolean nowhere) {
        List<Recipient> after = new ArrayList<>();
        List<String> dead = new ArrayList<>();
        for (Recipient recipient : message.recipients()) {
            SmtpAnswer.Refusal refusal = answer.refused().get(recipient.key());
            if (!recipient.waiting()) {
                after.add(recipient);
            } else if (answer.taken().contains(recipient.key())) {
                after.add(recipient.become(Recipient.DELIVERED, null));
            } else if (refusal != null) {
                after.add(recipient.become(Recipient.BOUNCED, refusal.reply()));
                if (refusal.deadAddress()) {
                    dead.add(recipient.key());
                }
            } else {
                after.add(answer.permanent() ? recipient.become(Recipient.BOUNCED, answer.reply()) : recipient);
            }
        }
        boolean waiting = after.stream().anyMatch(Recipient::waiting);
        int attempts = message.attempts() + 1;
        long now = clock.millis();
        boolean hopeless = now - message.createdAt() > Backoff.GIVE_UP.toMillis();
        String reply = answer.reply();
        if (reply == null && !answer.refused().isEmpty()) {
            reply = answer.refused().values().iterator().next().reply();
        }
        Message tried = with(message, message.status(), after, message.dueAt(), attempts, now);
        if (waiting && hopeless) {
            settle(tried, Message.FAILED, after, null, reply, dead);
        } else if (waiting) {
            settle(tried, Message.DEFERRED, after, now + Backoff.after(attempts).toMillis(), reply, dead);
        } else {
            String status = finalStatus(after);
            boolean relayed = status.equals(Message.DELIVERED) && !captured && !nowhere;
            settle(tried, relayed ? Message.SENT : status, after, null, reply, dead);
        }
    }

    private static String finalStatus(List<Recipient> recipients) {
        if (recipients.stream().anyMatch(recipient -> recipient.status().equals(Recipient.DELIVERED))) {
            return Message.DELIVERED;
        }
        boolean bounced =
                recipients.stream().anyMatch(recipient -> recipient.status().equals(Recipient.BOUNCED));
        return bounced ? Message.BOUNCED : Message.DROPPED;
    }

    private void settle(
            Message message, String status, List<Recipient> recipients, Long dueAt, String reply, List<String> dead) {
        long now = clock.millis();
        String eventId = ids.next("evt");
        Message settled = with(message, status, recipients, dueAt, message.attempts(), now);
        Optional<ObjectNode> content = Optional.ofNullable(reply)
                .map(text -> message.content().deepCopy().put("last_reply", text));
        database.write(tx -> {
            write(tx, content.map(node -> withContent(settled, node)).orElse(settled), eventId, reply);
            for (String email : dead) {
                Suppressions.put(
                        tx, new Suppression(email, Suppression.ALL, Suppression.HARD_BOUNCE, reply, null, now));
            }
            return null;
        });
    }

    private static void write(Tx tx, Message message, String eventId, String reply) {
        MessageStore.settle(tx, message);
        MessageStore.event(tx, eventId, message.id(), message.status(), reply, message.updatedAt());
    }

    private static Message with(
            Message message, String status, List<Recipient> recipients, Long dueAt, int attempts, long now) {
        return new Message(
                message.id(),
                message.test(),
                message.batchId(),
                message.dedupeId(),
                status,
                message.category(),
                message.templateId(),
                message.priority(),
                recipients,
                message.content(),
                message.sendAt(),
                message.expiresAt(),
                dueAt,
                attempts,
                message.createdAt(),
                now);
    }

    private static Message withContent(Message message, ObjectNode content) {
        return new Message(
                message.id(),
                message.test(),
                message.batchId(),
                message.dedupeId(),
                message.status(),
                message.category(),
                message.templateId(),
                message.priority(),
                message.recipients(),
                content,
                message.sendAt(),
                message.expiresAt(),
                message.dueAt(),
                message.attempts(),
                message.createdAt(),
                message.updatedAt());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.event.Event;
import io.smartmails.hub.queue.Account;
import io.smartmails.hub.queue.Run;
import io.smartmails.hub.queue.SendCommand;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Which business event a send stands for: {@code account/rule/step/matter/recipient}. The matter is the connection and the
 * subject (an order of that shop), the event (by its envelope, which a replay keeps), or the
 * subject on the UTC day the event came. A second
 * subscription, a repeat after a week, a replay and a rule that ran twice after a crash all give the same identity. Only a
 * replay that somebody forced, with a reason, is a mail of its own: its mark is the last part.
 */
final class SendIdentity {
    /** The column holds 700. */
    private static final int READABLE_CHARS = 600;

    private SendIdentity() {}

    static String of(Run run, SendCommand send) {
        String identity = String.join(
                "/",
                Account.MAIN,
                run.rule(),
                send.step(),
                matter(run, send.once()),
                send.recipient().toLowerCase(Locale.ROOT));
        String once = identity.length() <= READABLE_CHARS
                ? identity
                : identity.substring(0, READABLE_CHARS) + "/" + digest(identity);
        return run.again() == null ? once : once + "/" + run.again();
    }

    private static String matter(Run run, SendCommand.Once once) {
        Event event = run.event();
        return switch (once) {
            case PER_SUBJECT -> event.connection() + ":" + event.subject();
            case PER_EVENT -> run.envelopeId() + ":" + event.type() + ":" + event.subject();
            case PER_DAY ->
                event.connection() + ":" + event.subject() + "@"
                        + LocalDate.ofInstant(run.receivedAt(), ZoneOffset.UTC);
        };
    }

    private static String digest(String identity) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

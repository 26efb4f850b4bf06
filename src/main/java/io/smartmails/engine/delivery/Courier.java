// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.delivery;

import io.smartmails.engine.message.Message;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;

/** One SMTP connection that is kept open between mails. Used by one thread. */
final class Courier implements AutoCloseable {
    private static final long REST_NANOS = 1_000_000_000L;

    private final Session session;
    private final MailComposer composer;
    private Transport transport;
    private long usedAtNanos;

    Courier(Session session) {
        this.session = session;
        this.composer = new MailComposer(session);
    }

    /** One try. Never throws for what the server or the network does. */
    SmtpAnswer carry(Message message) {
        MimeMessage mail;
        try {
            mail = composer.compose(message);
        } catch (IllegalStateException e) {
            return SmtpAnswer.impossible(e.getMessage());
        }
        Address[] recipients = MailComposer.envelope(message.recipients());
        try {
            // A connection that rested may have been closed meanwhile; finding out costs one round trip.
            boolean rested = System.nanoTime() - usedAtNanos > REST_NANOS;
            if (transport != null && rested && !transport.isConnected()) {
                close();
            }
            if (transport == null) {
                transport = session.getTransport("smtp");
                transport.connect();
            }
            transport.sendMessage(mail, recipients);
            usedAtNanos = System.nanoTime();
            return SmtpAnswer.accepted(recipients);
        } catch (MessagingException e) {
            if (transport == null || !transport.isConnected()) {
                close();
            }
            return SmtpAnswer.of(e);
        }
    }

    @Override
    public void close() {
        if (transport != null) {
            try {
                transport.close();
            } catch (MessagingException e) {
                // The connection is gone either way; the next mail opens a new one.
            } finally {
                transport = null;
            }
        }
    }
}

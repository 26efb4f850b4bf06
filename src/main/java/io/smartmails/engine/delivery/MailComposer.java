// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.delivery;

import io.smartmails.engine.message.Message;
import io.smartmails.engine.message.Recipient;
import jakarta.activation.DataHandler;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Makes the MIME message: text and html as alternatives, attachments around them, headers in ASCII.
 *
 * <p>No text from outside reaches a header with a line break in it: names and headers are checked when read, the subject
 * is made one line when rendered, and every value is encoded here.
 */
final class MailComposer {
    private static final String UTF_8 = StandardCharsets.UTF_8.name();

    private final Session session;

    MailComposer(Session session) {
        this.session = session;
    }

    /** Keeps the Message-ID it is given, so that a second try carries the same. */
    private static final class StableMessage extends MimeMessage {
        private final String messageId;

        StableMessage(Session session, String messageId) {
            super(session);
            this.messageId = messageId;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", messageId);
        }
    }

    /** @throws IllegalStateException when the mail library cannot make a mail of it; it never will */
    MimeMessage compose(Message message) {
        try {
            var mail = new StableMessage(session, message.messageId());
            mail.setFrom(mailbox(message.content().get("from")));
            if (message.content().hasNonNull("reply_to")) {
                mail.setReplyTo(new InternetAddress[] {mailbox(message.content().get("reply_to"))});
            }
            mail.setRecipients(RecipientType.TO, addresses(message.recipients(), "to"));
            mail.setRecipients(RecipientType.CC, addresses(message.recipients(), "cc"));
            mail.setSubject(message.text("subject"), UTF_8);
            mail.setSentDate(new Date(message.createdAt()));
            mail.setHeader("X-SM-Message-Id", message.id());
            for (var header : message.content().path("headers").properties()) {
                mail.setHeader(
                        header.getKey(),
                        MimeUtility.encodeText(header.getValue().asString(), UTF_8, null));
            }
            String unsubscribe = message.text("unsubscribe");
            if (unsubscribe != null) {
                mail.setHeader("List-Unsubscribe", "<" + unsubscribe + ">");
                mail.setHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
            }
            body(mail, message);
            mail.saveChanges();
            return mail;
        } catch (MessagingException | UnsupportedEncodingException e) {
            throw new IllegalStateException("message " + message.id() + " cannot be made into a mail", e);
        }
    }

    private static void body(MimeMessage mail, Message message) throws MessagingException {
        String html = message.text("html");
        String text = message.text("text");
        List<JsonNode> attachments =
                message.content().path("attachments").valueStream().toList();
        if (attachments.isEmpty()) {
            content(mail, html, text);
            return;
        }
        var mixed = new MimeMultipart("mixed");
        var content = new MimeBodyPart();
        content(content, html, text);
        mixed.addBodyPart(content);
        for (JsonNode attachment : attachments) {
            mixed.addBodyPart(attachment(attachment));
        }
        mail.setContent(mixed);
    }

    private static void content(Part part, String html, String text) throws MessagingException {
        if (html == null) {
            part.setContent(text, "text/plain; charset=UTF-8");
            return;
        }
        var alternative = new MimeMultipart("alternative");
        var plain = new MimeBodyPart();
        plain.setText(text == null ? "" : text, UTF_8);
        alternative.addBodyPart(plain);
        var rich = new MimeBodyPart();
        rich.setText(html, UTF_8, "html");
        alternative.addBodyPart(rich);
        part.setContent(alternative);
    }

    private static MimeBodyPart attachment(JsonNode attachment) throws MessagingException {
        var part = new MimeBodyPart();
        byte[] bytes = Base64.getMimeDecoder().decode(attachment.get("content").asString());
        String type = attachment.hasNonNull("content_type")
                ? attachment.get("content_type").asString()
                : "application/octet-stream";
        part.setDataHandler(new DataHandler(new ByteArrayDataSource(bytes, type)));
        part.setFileName(attachment.get("filename").asString());
        boolean inline = attachment.hasNonNull("content_id");
        part.setDisposition(inline ? Part.INLINE : Part.ATTACHMENT);
        if (inline) {
            part.setContentID("<" + attachment.get("content_id").asString().replaceAll("[<>\\s]", "") + ">");
        }
        return part;
    }

    static InternetAddress[] envelope(List<Recipient> recipients) {
        return recipients.stream()
                .filter(Recipient::waiting)
                .map(MailComposer::address)
                .toArray(InternetAddress[]::new);
    }

    private static InternetAddress[] addresses(List<Recipient> recipients, String kind) {
        return recipients.stream()
                .filter(recipient ->
                        recipient.kind().equals(kind) && !recipient.status().equals(Recipient.SUPPRESSED))
                .map(MailComposer::address)
                .toArray(InternetAddress[]::new);
    }

    private static InternetAddress address(Recipient recipient) {
        return address(recipient.email(), recipient.name());
    }

    private static InternetAddress mailbox(JsonNode mailbox) {
        return address(
                mailbox.get("email").asString(),
                mailbox.hasNonNull("name") ? mailbox.get("name").asString() : null);
    }

    private static InternetAddress address(String email, String name) {
        try {
            return new InternetAddress(email, name, UTF_8);
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException("every Java has UTF-8", e);
        }
    }
}

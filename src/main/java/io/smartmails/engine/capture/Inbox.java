// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.capture;

import io.smartmails.db.Database;
import io.smartmails.engine.input.Addresses;
import io.smartmails.engine.input.Times;
import jakarta.mail.Header;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The captured mails, decoded for reading. */
public final class Inbox {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    private final InboxStore store;

    public Inbox(Database database) {
        this.store = new InboxStore(database);
    }

    /** @param to only mails to this address; null for all */
    public Map<String, Object> newest(String to, int limit) {
        var view = new LinkedHashMap<String, Object>();
        view.put(
                "data",
                store.newest(to == null ? null : Addresses.key(to.strip()), limit).stream()
                        .map(Inbox::view)
                        .toList());
        view.put("total", store.total());
        return view;
    }

    /** {@code total} mails taken, {@code distinct} of them by Message-ID. */
    public Map<String, Object> counts() {
        return Map.of("total", store.total(), "distinct", store.distinctMessages());
    }

    private static Map<String, Object> view(InboxStore.Row row) {
        var view = new LinkedHashMap<String, Object>();
        view.put("id", row.id());
        view.put("to", row.to());
        var headers = new LinkedHashMap<String, String>();
        var parts = new LinkedHashMap<String, String>();
        try {
            var mail = new MimeMessage(null, new ByteArrayInputStream(row.raw()));
            for (Header header : Collections.list(mail.getAllHeaders())) {
                headers.merge(
                        header.getName(),
                        MimeUtility.decodeText(MimeUtility.unfold(header.getValue())),
                        (first, second) -> first + "\n" + second);
            }
            collect(mail, parts);
        } catch (MessagingException | IOException e) {
            // Stored byte for byte all the same; only this view of it stays empty.
            LOG.warn(
                    "Captured mail {} cannot be decoded: {}",
                    row.id(),
                    e.getClass().getSimpleName());
        }
        view.put("from", headers.get("From"));
        view.put("subject", headers.get("Subject"));
        view.put("text", parts.get("text/plain"));
        view.put("html", parts.get("text/html"));
        view.put("headers", headers);
        view.put("message_id", headers.get("Message-ID"));
        view.put("at", Times.text(row.at()));
        return view;
    }

    private static void collect(Part part, Map<String, String> parts) throws MessagingException, IOException {
        for (String type : List.of("text/plain", "text/html")) {
            if (part.isMimeType(type) && !Part.ATTACHMENT.equalsIgnoreCase(part.getDisposition())) {
                parts.putIfAbsent(type, String.valueOf(part.getContent()));
            }
        }
        if (part.getContent() instanceof Multipart multipart) {
            for (int i = 0; i < multipart.getCount(); i++) {
                collect(multipart.getBodyPart(i), parts);
            }
        }
    }
}

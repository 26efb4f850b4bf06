// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.capture;

import io.smartmails.db.Database;
import io.smartmails.engine.input.Addresses;
import io.smartmails.id.Ids;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/** An SMTP server on a free loopback port that stores each mail before it says 250. */
public final class CaptureServer implements AutoCloseable {
    private static final int MOST_BYTES = 64 * 1024 * 1024;
    private static final String TEST_DOMAIN = "@test.smartmails.invalid";
    /** Fixed outcomes for rehearsals (contract 4.1), by the part before the @ or a plus sign. */
    private static final Map<String, RejectException> OUTCOMES = Map.of(
            "hardbounce", new RejectException(550, "5.1.1 User unknown"),
            "softbounce", new RejectException(452, "4.2.2 Mailbox full"),
            "reject", new RejectException(554, "5.7.1 Message refused"));

    private final InboxStore inbox;
    private final Ids ids;
    private final InstantSource clock;
    private final SMTPServer server;

    public CaptureServer(Database database, Ids ids, InstantSource clock) {
        this.inbox = new InboxStore(database);
        this.ids = ids;
        this.clock = clock;
        this.server = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .hostName("localhost")
                .softwareName("SmartMails Hub capture")
                .serverThreadName("capture-smtp")
                .executorService(Executors.newCachedThreadPool(task -> {
                    var thread = new Thread(task, "capture-smtp-connection");
                    thread.setDaemon(true);
                    return thread;
                }))
                .insertReceivedHeaders(false)
                .maxMessageSize(MOST_BYTES)
                .messageHandlerFactory(context -> new Mail())
                .build();
    }

    /** @return the port it listens on */
    public int start() {
        server.start();
        return server.getPortAllocated();
    }

    @Override
    public void close() {
        server.stop();
    }

    /** One mail transaction. */
    private final class Mail implements MessageHandler {
        private final List<String> recipients = new ArrayList<>();

        @Override
        public void from(String from) {}

        @Override
        public void recipient(String recipient) throws RejectException {
            String key = Addresses.key(recipient);
            if (key.endsWith(TEST_DOMAIN)) {
                RejectException outcome = OUTCOMES.get(key.split("[+@]", 2)[0]);
                if (outcome != null) {
                    throw outcome;
                }
            }
            recipients.add(key);
        }

        @Override
        public String data(InputStream data) throws IOException {
            byte[] raw = data.readAllBytes();
            inbox.add(new InboxStore.Row(ids.next("inb"), raw, clock.millis(), recipients), messageId(raw));
            return null;
        }

        @Override
        public void done() {}

        private static String messageId(byte[] raw) throws IOException {
            try {
                return new InternetHeaders(new ByteArrayInputStream(raw)).getHeader("Message-ID", null);
            } catch (MessagingException e) {
                throw new IOException("unreadable headers", e);
            }
        }
    }
}

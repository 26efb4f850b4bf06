// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.delivery;

import io.smartmails.db.Database;
import io.smartmails.engine.EngineSettings.Smtp;
import io.smartmails.engine.contact.Audience;
import io.smartmails.engine.message.MessageStore;
import io.smartmails.id.Ids;
import jakarta.mail.Authenticator;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import java.time.InstantSource;
import java.util.Properties;
import org.eclipse.angus.mail.util.MailStreamProvider;

/** Sets delivery up for one SMTP server. */
public final class Deliveries {
    private static final String CONNECT_MS = "10000";
    private static final String ANSWER_MS = "60000";

    static {
        // Named here, the provider is not looked up through the service loader for every part of every mail: that took
        // a
        // third of the CPU time of a delivery.
        String provider = "jakarta.mail.util.StreamProvider";
        if (System.getProperty(provider) == null) {
            System.setProperty(provider, MailStreamProvider.class.getName());
        }
    }

    private Deliveries() {}

    /** @param capturePort port of the capture server on loopback, used when no server is configured */
    public static Dispatcher dispatcher(
            Database database, Audience audience, Smtp smtp, int capturePort, Ids ids, InstantSource clock) {
        var delivery = new Delivery(database, audience, ids, clock, smtp.captured());
        return new Dispatcher(new MessageStore(database), delivery, session(smtp, capturePort), clock);
    }

    private static Session session(Smtp smtp, int capturePort) {
        var properties = new Properties();
        properties.put("mail.smtp.host", smtp.captured() ? "127.0.0.1" : smtp.host());
        properties.put("mail.smtp.port", Integer.toString(smtp.captured() ? capturePort : smtp.port()));
        properties.put("mail.smtp.connectiontimeout", CONNECT_MS);
        properties.put("mail.smtp.timeout", ANSWER_MS);
        properties.put("mail.smtp.writetimeout", ANSWER_MS);
        properties.put("mail.smtp.sendpartial", "true");
        properties.put("mail.smtp.quitwait", "false");
        properties.put("mail.smtp.starttls.enable", "true");
        properties.put("mail.smtp.starttls.required", Boolean.toString(smtp.starttls()));
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        if (smtp.captured()) {
            // Spares a DNS look-up of the own name.
            properties.put("mail.smtp.localhost", "localhost");
        }
        if (smtp.captured() || smtp.username() == null) {
            return Session.getInstance(properties);
        }
        properties.put("mail.smtp.auth", "true");
        return Session.getInstance(properties, new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(smtp.username(), smtp.password());
            }
        });
    }
}

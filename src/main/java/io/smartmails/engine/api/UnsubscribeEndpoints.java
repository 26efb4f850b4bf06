// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.db.Database;
import io.smartmails.engine.contact.Contact;
import io.smartmails.engine.contact.Contacts;
import io.smartmails.engine.message.Message;
import io.smartmails.engine.message.MessageStore;
import io.smartmails.engine.unsubscribe.UnsubscribeLinks;
import io.smartmails.engine.unsubscribe.UnsubscribeLinks.Target;
import io.smartmails.id.Ids;
import java.time.InstantSource;
import java.util.Optional;

/**
 * One-click unsubscribe (RFC 8058, contract 4.21). GET only asks, because scanners follow links; POST does it, for the
 * button on the page and for mail programs alike, without any login.
 */
final class UnsubscribeEndpoints {
    private final Database database;
    private final UnsubscribeLinks links;
    private final Contacts contacts;
    private final Ids ids;
    private final InstantSource clock;

    UnsubscribeEndpoints(Database database, UnsubscribeLinks links, Contacts contacts, Ids ids, InstantSource clock) {
        this.database = database;
        this.links = links;
        this.contacts = contacts;
        this.ids = ids;
        this.clock = clock;
    }

    void addTo(Routes routes) {
        routes.addPublic(
                "GET",
                "/u/{token}",
                call -> links.read(call.variable("token"))
                        .map(target -> page(200, "Unsubscribe", """
                        <p>Stop getting this kind of mail?</p>
                        <form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">
                        <button type="submit">Unsubscribe</button></form>"""))
                        .orElseGet(UnsubscribeEndpoints::unknown));
        routes.addPublic("POST", "/u/{token}", this::leave);
    }

    private Reply leave(Call call) {
        Optional<Target> target = links.read(call.variable("token"));
        if (target.isEmpty()) {
            return unknown();
        }
        String eventId = ids.next("evt");
        database.write(tx -> {
            Optional<Contact> contact = Contacts.byId(tx, target.get().contactId());
            Optional<Message> message =
                    MessageStore.find(tx.jdbc(), target.get().messageId());
            contact.ifPresent(person -> contacts.optOut(
                    tx, person, message.map(m -> m.text("topic")).orElse(null)));
            message.ifPresent(
                    m -> MessageStore.event(tx, eventId, m.id(), "unsubscribed", "one-click", clock.millis()));
            return null;
        });
        return page(200, "Unsubscribed", "<p>You will get no more of these mails.</p>");
    }

    private static Reply unknown() {
        return page(404, "Unknown link", "<p>This link is not complete. Copy all of it from the mail.</p>");
    }

    private static Reply page(int status, String title, String body) {
        return Reply.html(status, """
                <!doctype html><html lang="en"><head><meta charset="utf-8"><title>%s</title>
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <style>body{font:1.1rem system-ui,sans-serif;max-width:30rem;margin:4rem auto;padding:0 1rem}
                button{font:inherit;padding:.6rem 1.2rem}</style></head>
                <body><h1>%s</h1>%s</body></html>
                """.formatted(title, title, body));
    }
}

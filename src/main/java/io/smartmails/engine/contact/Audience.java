// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.db.Database;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says who may be mailed. Read once for many addresses, then asked per recipient. */
public final class Audience {
    private final ContactStore contacts;
    private final SuppressionStore suppressions;
    private final InstantSource clock;

    public Audience(Database database, InstantSource clock) {
        this.contacts = new ContactStore(database);
        this.suppressions = new SuppressionStore(database);
        this.clock = clock;
    }

    /** @param emails keys (lower case) */
    public People of(Collection<String> emails) {
        return new People(contacts.byEmails(emails), suppressions.ofAll(emails, clock.millis()));
    }

    /** What is known about some addresses at one moment. */
    public record People(Map<String, Contact> contacts, Map<String, List<Suppression>> suppressions) {

        public Optional<Contact> contact(String email) {
            return Optional.ofNullable(contacts.get(email));
        }

        /**
         * Why this address must not get such a mail: the suppression's reason, {@code unsubscribed} or
         * {@code no_consent}; empty when it may. Transactional mail passes an opt-out from marketing.
         */
        public Optional<String> obstacle(String email, String category, String topic) {
            Optional<String> suppressed = suppressions.getOrDefault(email, List.of()).stream()
                    .filter(entry -> entry.stops(category, topic))
                    .map(Suppression::reason)
                    .findFirst();
            if (suppressed.isPresent() || !category.equals(Suppression.MARKETING)) {
                return suppressed;
            }
            Contact contact = contacts.get(email);
            if (contact == null || contact.archived() || contact.status().equals(Contact.PENDING)) {
                return Optional.of("no_consent");
            }
            if (!contact.status().equals(Contact.SUBSCRIBED) || contact.optedOutOf(topic)) {
                return Optional.of(
                        contact.status().equals(Contact.BOUNCED)
                                        || contact.status().equals(Contact.COMPLAINED)
                                ? contact.status()
                                : Contact.UNSUBSCRIBED);
            }
            return Optional.empty();
        }
    }
}

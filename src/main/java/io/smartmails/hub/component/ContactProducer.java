// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.event.Event;
import io.smartmails.hub.queue.ContactCommand;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultProducer;

/** Collects the wish that the event's contact is kept in step. A person without an address is a fact, not an error. */
class ContactProducer extends DefaultProducer {
    private final SmartMailsEndpoint endpoint;

    ContactProducer(SmartMailsEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    public void process(Exchange exchange) {
        RuleRun collected = RuleRun.of(exchange, "smartmails:contact");
        Event event = collected.run().event();
        if (event.contact() == null) {
            collected.addWithoutAddress();
        } else {
            collected.add(new ContactCommand(
                    event.connection(), event.connector(), event.contact(), endpoint.lists(), endpoint.tags()));
        }
    }
}

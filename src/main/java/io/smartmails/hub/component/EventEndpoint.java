// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Listen to canonical events of the hub, or make one. */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "event",
        title = "Event",
        syntax = "event:name",
        category = {Category.CORE})
public class EventEndpoint extends DefaultEndpoint implements MultipleConsumersSupport {
    @UriPath(
            description =
                    "Canonical type such as order.paid; contact.* stands for all contact events. From a rule's start it may be"
                            + " narrowed to a connector or a connection: shopify/order.paid, demo-shop/order.paid.")
    @Metadata(required = true)
    private final String name;

    private final EventFilter filter;

    public EventEndpoint(String uri, EventComponent component, String name) {
        super(uri, component);
        this.name = name;
        this.filter = EventFilter.named(name);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        var consumer = new RuleConsumer(this, processor, filter, null);
        configureConsumer(consumer);
        return consumer;
    }

    /** Any number of rules may listen to the same. */
    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }

    @Override
    public Producer createProducer() {
        if (filter.source() != null || filter.type().endsWith("*")) {
            throw new IllegalArgumentException(
                    "event:" + name + " cannot be made by a rule: name one type, without connector or *");
        }
        return new EventProducer(this);
    }

    public String getName() {
        return name;
    }
}

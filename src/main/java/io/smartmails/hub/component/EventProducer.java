// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultProducer;

/** Makes an event of the rule's own: the same matter and contact under another name, other rules listen to it. */
class EventProducer extends DefaultProducer {
    private static final String RULE_TOPIC = "rule/";

    EventProducer(EventEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public void process(Exchange exchange) {
        String type = ((EventEndpoint) getEndpoint()).getName();
        RuleRun collected = RuleRun.of(exchange, "event:" + type);
        Event cause = collected.run().event();
        collected.add(new Event(
                type,
                cause.connector(),
                cause.connection(),
                topic(cause.topic(), collected.run().rule(), type),
                cause.subject(),
                cause.occurredAt(),
                cause.contact(),
                data(exchange, cause)));
    }

    /** The rules an event came by; a rule that occurs twice is a circle, and every event of it would be for ever. */
    private static String topic(String topic, String rule, String type) {
        String path = topic != null && topic.startsWith(RULE_TOPIC) ? topic : RULE_TOPIC;
        if (List.of(path.substring(RULE_TOPIC.length()).split(" > ")).contains(rule)) {
            throw new PermanentFailure("rules run in a circle: " + path.substring(RULE_TOPIC.length()) + " > " + rule
                    + " made " + type + ", which leads back to " + rule + "; change one of them");
        }
        return path.equals(RULE_TOPIC) ? path + rule : path + " > " + rule;
    }

    /** A body that the route replaced by a map is the new content; otherwise the content stays. */
    private static Map<String, Object> data(Exchange exchange, Event cause) {
        if (exchange.getMessage().getBody() instanceof Map<?, ?> body && !body.equals(EventBody.of(cause))) {
            Map<String, Object> data = new LinkedHashMap<>();
            body.forEach((name, value) -> data.put(String.valueOf(name), value));
            return data;
        }
        return cause.data();
    }
}

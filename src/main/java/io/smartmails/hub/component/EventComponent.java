// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;

/** {@code event:order.paid} starts a rule; as a step it makes an event of the rule's own. */
@Component("event")
public class EventComponent extends HubComponent {
    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        var endpoint = new EventEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }
}

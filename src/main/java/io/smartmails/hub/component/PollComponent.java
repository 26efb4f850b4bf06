// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;

/** {@code poll:demo-crm/contacts?every=15m} starts a rule with what a connection's poll reads. */
@Component("poll")
public class PollComponent extends HubComponent {
    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        var endpoint = new PollEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        validateParameters(uri, parameters, null);
        endpoint.validate();
        return endpoint;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;

/** {@code smartmails:send} and {@code smartmails:contact}: what a rule wants of SmartMails, collected, never called here. */
@Component("smartmails")
public class SmartMailsComponent extends HubComponent {
    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        for (String repeatable : new String[] {"list", "tag"}) {
            parameters.computeIfPresent(
                    repeatable, (name, value) -> value instanceof Collection<?> values ? joined(values) : value);
        }
        var endpoint = new SmartMailsEndpoint(uri, this, operation(remaining));
        setProperties(endpoint, parameters);
        validateParameters(uri, parameters, null);
        endpoint.validate();
        return endpoint;
    }

    private static String joined(Collection<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static SmartMailsOperation operation(String name) {
        for (SmartMailsOperation operation : SmartMailsOperation.values()) {
            if (operation.name().toLowerCase(Locale.ROOT).equals(name)) {
                return operation;
            }
        }
        throw new IllegalArgumentException(
                "smartmails:" + name + " does not exist; there are smartmails:send and smartmails:contact");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.problem.NearestName;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.support.DefaultComponent;

/** What the hub's components share: an option that does not exist is refused with the one that was probably meant. */
abstract class HubComponent extends DefaultComponent {
    /** In every component's metadata, of no use in these. */
    private static final Set<String> INHERITED = Set.of(
            "name", "operation", "exceptionHandler", "exchangePattern", "bridgeErrorHandler", "lazyStartProducer");

    @Override
    protected void validateParameters(String uri, Map<String, Object> parameters, String optionPrefix) {
        if (!parameters.isEmpty()) {
            String scheme = uri.substring(0, uri.indexOf(':'));
            Set<String> known = new TreeSet<>(getCamelContext()
                    .getCamelContextExtension()
                    .getEndpointUriFactory(scheme)
                    .propertyNames());
            known.removeAll(INHERITED);
            String option = parameters.keySet().iterator().next();
            throw new IllegalArgumentException(
                    "option '" + option + "' is not known to " + scheme + ":" + NearestName.hint(option, known));
        }
    }
}

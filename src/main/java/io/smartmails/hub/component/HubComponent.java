// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.EndpointUriFactory;
import org.apache.camel.support.DefaultComponent;

/** What the hub's components share: an option that does not exist is refused with the one that was probably meant. */
abstract class HubComponent extends DefaultComponent {
    @Override
    protected void validateParameters(String uri, Map<String, Object> parameters, String optionPrefix) {
        if (!parameters.isEmpty()) {
            throw new UnknownOption(uri, parameters.keySet().iterator().next(), optionsOf(uri));
        }
    }

    private Set<String> optionsOf(String uri) {
        EndpointUriFactory factory = getCamelContext()
                .getCamelContextExtension()
                .getEndpointUriFactory(uri.substring(0, uri.indexOf(':')));
        Set<String> options = new TreeSet<>(factory.propertyNames());
        options.removeAll(Set.of("name", "operation", "exceptionHandler", "exchangePattern", "bridgeErrorHandler"));
        options.remove("lazyStartProducer");
        return options;
    }

    /** Applies the options; those that are left over are unknown. */
    <T extends Endpoint> T configured(T endpoint, Map<String, Object> parameters) throws Exception {
        setProperties(endpoint, parameters);
        return endpoint;
    }

    /** A misspelt option. */
    static final class UnknownOption extends IllegalArgumentException {
        UnknownOption(String uri, String option, Set<String> known) {
            super("option '" + option + "' is not known to " + uri.substring(0, uri.indexOf(':'))
                    + ":; did you mean '" + nearest(option, known) + "'? Options: " + String.join(", ", known));
        }

        private static String nearest(String option, Set<String> known) {
            return known.stream()
                    .min(Comparator.comparingInt(candidate -> distance(option, candidate)))
                    .orElseThrow();
        }

        /** Levenshtein's: single-letter changes from one word to the other. */
        private static int distance(String from, String to) {
            int[] row = new int[to.length() + 1];
            for (int column = 0; column <= to.length(); column++) {
                row[column] = column;
            }
            for (int line = 1; line <= from.length(); line++) {
                int diagonal = row[0];
                row[0] = line;
                for (int column = 1; column <= to.length(); column++) {
                    int replaced = diagonal + (from.charAt(line - 1) == to.charAt(column - 1) ? 0 : 1);
                    diagonal = row[column];
                    row[column] = Math.min(replaced, Math.min(row[column], row[column - 1]) + 1);
                }
            }
            return row[to.length()];
        }
    }
}

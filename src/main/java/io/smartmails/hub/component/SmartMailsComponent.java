// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.queue.SendCommand;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
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
        checkWord(parameters, "category", MailCategory.values());
        checkWord(parameters, "once", SendCommand.Once.values());
        var endpoint = new SmartMailsEndpoint(uri, this, operation(remaining));
        setProperties(endpoint, parameters);
        validateParameters(uri, parameters, null);
        endpoint.validate();
        return endpoint;
    }

    /** Camel's own refusal of a wrong word does not tell the right ones. */
    private static void checkWord(Map<String, Object> parameters, String option, Enum<?>[] constants) {
        List<String> words = Arrays.stream(constants)
                .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
        if (parameters.get(option) instanceof String word
                && !words.contains(word.toLowerCase(Locale.ROOT).replace('_', '-'))) {
            throw new IllegalArgumentException(
                    "option '" + option + "' is '" + word + "'; it can be " + String.join(", ", words));
        }
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

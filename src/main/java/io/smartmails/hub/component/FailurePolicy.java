// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import org.apache.camel.CamelContext;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;

/**
 * How the Camel context treats a failure in any route: one try, no logging of its own, the exception to whoever ran the
 * route. Redelivery belongs to the queue alone; two layers of it would multiply the tries.
 */
public final class FailurePolicy {
    private FailurePolicy() {}

    /** To be called before the context starts. */
    public static void applyTo(CamelContext context) {
        context.getCamelContextExtension()
                .setErrorHandlerFactory(new DefaultErrorHandlerDefinition()
                        .logExhausted(false)
                        .logExhaustedMessageHistory(false)
                        .logStackTrace(false));
        ExactNumbers.register(context);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.component.Rules;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.model.ModelCamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes in the running Camel context, one per rule: loaded, replaced and removed without touching the others. */
final class LiveRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(LiveRoutes.class);
    private static final long STOP_SECONDS = 10;

    private final CamelContext camel;
    private final Rules rules;

    LiveRoutes(CamelContext camel, Rules rules) {
        this.camel = camel;
        this.rules = rules;
    }

    /** Loads the new text in the old one's place; when it does not start after all, the old one is loaded again. */
    void replace(RouteFile old, RouteFile fresh) throws BrokenRoute {
        boolean sameRule = old != null && old.rule().equals(fresh.rule());
        if (sameRule) {
            unload(old.rule());
        }
        try {
            RouteRehearsal.load(camel, fresh);
        } catch (Exception | LinkageError e) {
            unload(fresh.rule());
            if (sameRule) {
                loadAgain(old);
            }
            throw new BrokenRoute(RouteFailure.describe(fresh, e));
        }
        if (rules.find(fresh.rule()).filter(left -> left.consumer() == null).isPresent() && !isRule(fresh)) {
            rules.remove(fresh.rule());
        }
        if (old != null && !sameRule) {
            remove(old.rule());
        }
    }

    /** Ends a rule: it hears nothing from now on. */
    void remove(String rule) {
        unload(rule);
        rules.remove(rule);
    }

    private static boolean isRule(RouteFile file) {
        return file.from().startsWith("event:") || file.from().startsWith("poll:");
    }

    private void loadAgain(RouteFile old) {
        try {
            RouteRehearsal.load(camel, old);
        } catch (Exception | LinkageError e) {
            unload(old.rule());
            LOG.error("{} ran before and does not start again; its events are kept", RouteFailure.describe(old, e));
        }
    }

    private void unload(String rule) {
        try {
            if (camel.getRoute(rule) != null) {
                camel.getRouteController().stopRoute(rule, STOP_SECONDS, TimeUnit.SECONDS);
                camel.removeRoute(rule);
            }
            ModelCamelContext model = (ModelCamelContext) camel;
            if (model.getRouteDefinition(rule) != null) {
                model.removeRouteDefinitions(List.of(model.getRouteDefinition(rule)));
            }
        } catch (Exception e) {
            LOG.error("Rule {} did not stop cleanly: {}", rule, e.toString());
        }
    }

    boolean isLoaded(String rule) {
        return camel.getRoute(rule) != null;
    }

    /** Whether the route of a rule runs, or is meant not to. */
    boolean isListening(String rule) {
        Route route = camel.getRoute(rule);
        return route != null
                && (Boolean.FALSE.equals(route.isAutoStartup())
                        || camel.getRouteController().getRouteStatus(rule).isStarted());
    }
}

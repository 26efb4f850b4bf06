// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.component.FailurePolicy;
import io.smartmails.hub.component.Rules;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * A stage where a route is made (components, options, expressions) but never started, so that a broken file is found before
 * anything that runs is touched.
 */
final class RouteRehearsal implements AutoCloseable {
    private final CamelContext live;
    private DefaultCamelContext scratch;

    /** @param live lends its beans and properties; null where there is none */
    RouteRehearsal(CamelContext live) {
        this.live = live;
    }

    RouteFile examine(String name, String text) throws BrokenRoute {
        RouteFile file = RouteFile.parse(name, text);
        try {
            if (scratch == null) {
                scratch = open();
            }
            load(scratch, file);
            scratch.removeRoute(file.rule());
            return file;
        } catch (Exception | LinkageError e) {
            close();
            throw new BrokenRoute(RouteFailure.describe(file, e));
        }
    }

    static void load(CamelContext context, RouteFile file) throws Exception {
        PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString(file.name(), file.text()));
    }

    private DefaultCamelContext open() {
        var context = new DefaultCamelContext(false);
        context.getCamelContextExtension().setName("routes-rehearsal");
        context.setAutoStartup(false);
        context.setStartupSummaryLevel(StartupSummaryLevel.Off);
        if (live == null) {
            context.getPropertiesComponent().setIgnoreMissingProperty(true);
        } else {
            context.getCamelContextExtension().setRegistry(new DefaultRegistry(new LentBeans(live)));
            context.getPropertiesComponent().addPropertiesSource(new LentProperties(live));
        }
        context.getRegistry().bind("rehearsed-rules", new Rules());
        FailurePolicy.applyTo(context);
        context.start();
        return context;
    }

    @Override
    public void close() {
        if (scratch != null) {
            scratch.stop();
            scratch = null;
        }
    }

    /** All beans except components, which belong to one context that starts and stops them, and the rules that run. */
    private record LentBeans(CamelContext live) implements BeanRepository {
        private static boolean lent(Object bean) {
            return !(bean instanceof Component) && !(bean instanceof Rules);
        }

        @Override
        public Object lookupByName(String name) {
            Object bean = live.getRegistry().lookupByName(name);
            return lent(bean) ? bean : null;
        }

        @Override
        public <T> T lookupByNameAndType(String name, Class<T> type) {
            T bean = live.getRegistry().lookupByNameAndType(name, type);
            return lent(bean) ? bean : null;
        }

        @Override
        public <T> Map<String, T> findByTypeWithName(Class<T> type) {
            return live.getRegistry().findByTypeWithName(type).entrySet().stream()
                    .filter(bean -> lent(bean.getValue()))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        }

        @Override
        public <T> Set<T> findByType(Class<T> type) {
            return live.getRegistry().findByType(type).stream()
                    .filter(LentBeans::lent)
                    .collect(Collectors.toSet());
        }
    }

    private record LentProperties(CamelContext live) implements PropertiesSource {
        @Override
        public String getName() {
            return "hub";
        }

        @Override
        public String getProperty(String name) {
            return live.getPropertiesComponent().resolveProperty(name).orElse(null);
        }
    }
}

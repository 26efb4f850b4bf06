// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.db.Database;
import io.smartmails.engine.EngineSettings;
import io.smartmails.engine.access.Keys;
import io.smartmails.engine.capture.Inbox;
import io.smartmails.engine.contact.Contacts;
import io.smartmails.engine.contact.Lists;
import io.smartmails.engine.contact.Suppressions;
import io.smartmails.engine.limit.Windows;
import io.smartmails.engine.message.MessageStore;
import io.smartmails.engine.message.Messages;
import io.smartmails.engine.template.Templates;
import io.smartmails.engine.unsubscribe.UnsubscribeLinks;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.apache.catalina.core.StandardHost;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Compression;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** Tomcat and the one servlet, without Boot's auto-configuration: the hub's {@code server.*} settings do not reach it. */
@Configuration(proxyBeanMethods = false)
public class WebServer {
    /** Wrong keys per address and minute (contract 4.2). */
    private static final int FAILED_KEYS = 20;
    /** Public calls per address and minute: unsubscribe links, status, description. */
    private static final int PUBLIC_CALLS = 600;

    private static final int MOST_THREADS = 64;
    private static final int HEADER_TIMEOUT_MS = 10_000;
    private static final int BODY_TIMEOUT_MS = 30_000;

    @Bean
    TomcatServletWebServerFactory webServerFactory(EngineSettings settings) throws UnknownHostException {
        var factory = new TomcatServletWebServerFactory(settings.port());
        factory.setAddress(InetAddress.getByName(settings.address()));
        factory.setRegisterDefaultServlet(false);
        factory.setShutdown(Shutdown.GRACEFUL);
        var compression = new Compression();
        compression.setEnabled(true);
        compression.setMinResponseSize(DataSize.ofKilobytes(4));
        compression.setMimeTypes(new String[] {"application/json", Problem.MEDIA_TYPE});
        factory.setCompression(compression);
        factory.addConnectorCustomizers(connector -> {
            connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
            if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> http) {
                http.setMaxThreads(MOST_THREADS);
                http.setConnectionTimeout(HEADER_TIMEOUT_MS);
                http.setDisableUploadTimeout(false);
                http.setConnectionUploadTimeout(BODY_TIMEOUT_MS);
                http.setKeepAliveTimeout(60_000);
                http.setMaxKeepAliveRequests(-1);
                http.setMaxSwallowSize(-1);
            }
        });
        factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ProblemErrorValve.class.getName());
            }
        });
        return factory;
    }

    @Bean
    @SuppressWarnings("ParameterNumber")
    ServletRegistrationBean<ApiServlet> api(
            EngineSettings settings,
            Database database,
            Keys keys,
            Messages messages,
            Templates templates,
            Contacts contacts,
            Lists lists,
            Suppressions suppressions,
            UnsubscribeLinks links,
            Ids ids,
            InstantSource clock,
            LongSupplier nanos,
            SecureRandom random) {
        var routes = new Routes();
        new AccountEndpoints(settings, messages, new MessageStore(database), clock).addTo(routes);
        new MessageEndpoints(messages).addTo(routes);
        new TemplateEndpoints(templates, contacts).addTo(routes);
        new ContactEndpoints(contacts, lists, suppressions).addTo(routes);
        new UnsubscribeEndpoints(database, links, contacts, ids, clock).addTo(routes);
        if (settings.smtp().captured()) {
            new InboxEndpoints(new Inbox(database)).addTo(routes);
        }
        var servlet = new ApiServlet(
                routes,
                new Credentials(keys),
                new Idempotency(database, clock),
                new Chaos(settings.chaos(), random),
                ids,
                new Windows("minute", settings.requestsPerMinute(), nanos),
                new Windows("address", PUBLIC_CALLS, nanos),
                new Windows("wrong_keys", FAILED_KEYS, nanos));
        return new ServletRegistrationBean<>(servlet, "/*");
    }

    @Bean(initMethod = "start")
    Housekeeping housekeeping(Database database, InstantSource clock) {
        return new Housekeeping(database, clock);
    }
}

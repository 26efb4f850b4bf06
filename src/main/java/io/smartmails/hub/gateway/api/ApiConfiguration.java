// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.db.Database;
import io.smartmails.hub.contact.ContactLedger;
import io.smartmails.hub.contact.Contacts;
import io.smartmails.hub.contact.Lists;
import io.smartmails.hub.queue.Account;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.smartmails.ControlLane;
import io.smartmails.hub.smartmails.Relay;
import io.smartmails.hub.smartmails.SmartMailsSettings;
import io.smartmails.id.Ids;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ApiConfiguration {
    /** Behind an account's id: the part of the ledger its test keys write to. */
    private static final String TEST = "-test";

    @Bean
    PacedRelay pacedRelay(ControlLane lane, Relay relay, @Value("${hub.api.budget-wait:5s}") Duration longest) {
        return new PacedRelay(lane, relay, longest);
    }

    @Bean
    PassThrough passThrough(
            PacedRelay relay,
            ContactLedger ledger,
            SmartMailsSettings smartmails,
            @Value("${hub.api.read-cache:5s}") Duration kept,
            InstantSource clock) {
        var contacts = new Contacts(ledger);
        var ids = new HubIds(new Lists(ledger, contacts), contacts);
        return new PassThrough(relay, ids, smartmails.baseUrl(), kept, clock);
    }

    @Bean
    Endpoints endpoints() {
        return new Endpoints();
    }

    @Bean
    PassThroughServlet passThroughHandler(Endpoints endpoints, PassThrough passThrough, InstantSource clock) {
        return new PassThroughServlet(endpoints, passThrough, clock);
    }

    @Bean
    ServletRegistrationBean<PassThroughServlet> passThroughServlet(
            Endpoints endpoints, PassThroughServlet passThroughHandler) {
        var registration = new ServletRegistrationBean<>(passThroughHandler);
        registration.setUrlMappings(mappings(endpoints));
        return registration;
    }

    /** One a resource, so that other parts of {@code /v1} stay with whoever answers them. */
    private static List<String> mappings(Endpoints endpoints) {
        List<String> mappings = new ArrayList<>(List.of("/v1/messages/preview"));
        endpoints.resources().stream()
                .filter(resource -> !resource.equals("contacts") && !resource.equals("messages"))
                .forEach(resource -> mappings.add("/v1/" + resource + "/*"));
        return mappings;
    }

    @Bean
    ServletRegistrationBean<LedgerServlet> ledgerServlet(
            Database database,
            ContactLedger ledger,
            ItemStore items,
            EnvelopeStore envelopes,
            Endpoints endpoints,
            PassThrough passThrough,
            PassThroughServlet passThroughHandler,
            @Qualifier("contactWakeup") Wakeup contacts,
            @Qualifier("ledgerWakeup") Wakeup others,
            InstantSource clock,
            Ids ids) {
        var live = new Ledger(database, ledger, envelopes, ids, clock, () -> {
            contacts.signal();
            others.signal();
        });
        var apart = new ContactLedger(database, items, clock, ids, Account.MAIN + TEST);
        var test = new Ledger(database, apart, null, ids, clock, () -> {});
        var servlet = new LedgerServlet(live, test, endpoints, passThrough, passThroughHandler);
        return new ServletRegistrationBean<>(servlet, "/v1/contacts/*", "/v1/lists/*", "/v1/suppressions/*");
    }
}

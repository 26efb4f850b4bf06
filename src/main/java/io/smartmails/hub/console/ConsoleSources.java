// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.gateway.GatewayFilter;
import io.smartmails.hub.gateway.KeyRing;
import io.smartmails.hub.routing.RouteStatus;
import io.smartmails.hub.routing.RouteStatuses;
import io.smartmails.hub.sending.Backlog;
import io.smartmails.hub.sending.Budget;
import io.smartmails.hub.sending.Upstream;
import io.smartmails.hub.smartmails.SmartMailsClient;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where the console's views come from: the one class here that knows the other stages' own types. */
@Configuration(proxyBeanMethods = false)
class ConsoleSources {
    private static final String ADMIN_SCOPE = "keys:admin";

    @Bean
    AdminKeys adminKeys(KeyRing keys) {
        return new AdminKeys() {
            @Override
            public String authenticate(String rawKey) {
                Caller caller = keys.authenticate(rawKey);
                GatewayFilter.require(caller, ADMIN_SCOPE);
                return caller.keyId();
            }

            @Override
            public boolean isStillAdmin(String keyId) {
                return keys.stillMay(keyId, ADMIN_SCOPE);
            }
        };
    }

    @Bean
    ConnectionsView connectionsView(Connectors connectors) {
        return () -> connectors.connections().stream()
                .map(connection -> new ConnectionsView.Entry(
                        connection.name(),
                        connection.connector().name(),
                        connection.webhookPath().orElse(null)))
                .toList();
    }

    @Bean
    RoutesView routesView(RouteStatuses routes) {
        return () -> routes.list().stream().map(ConsoleSources::route).toList();
    }

    @Bean
    UpstreamView upstreamView(Budget budget, Upstream upstream, Backlog backlog) {
        return () -> {
            var view = budget.view();
            List<UpstreamView.Lane> lanes =
                    backlog.lanes().stream().map(ConsoleSources::lane).toList();
            Instant clearsAt = lanes.stream()
                    .map(UpstreamView.Lane::clearsAt)
                    .filter(Objects::nonNull)
                    .max(Comparator.naturalOrder())
                    .orElse(null);
            return new UpstreamView.Upstream(
                    view.configured(),
                    view.limit(),
                    view.usedInWindow(),
                    view.others(),
                    view.free(),
                    view.nextFreeAt(),
                    lanes,
                    clearsAt,
                    upstream.refusal());
        };
    }

    private static UpstreamView.Lane lane(Backlog.LaneState state) {
        return new UpstreamView.Lane(
                state.lane().name().toLowerCase(Locale.ROOT),
                state.waiting(),
                state.due(),
                state.requests(),
                state.waiting() == 0 ? null : state.clearsAt());
    }

    @Bean
    InboxView inboxView(SmartMailsClient smartMails) {
        return new CapturedMails(smartMails);
    }

    @Bean
    MessagesView messagesView(SmartMailsClient smartMails, Upstream upstream) {
        return new UpstreamMessages(smartMails, upstream);
    }

    private static RoutesView.Route route(RouteStatus status) {
        return new RoutesView.Route(
                status.rule(),
                status.file() == null ? null : "routes/" + status.file(),
                status.sentence(),
                status.from(),
                status.state().word(),
                status.error() == null ? 0 : status.error().line(),
                status.error() == null ? null : status.error().reason(),
                status.waitingRuns(),
                status.pollFailure());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartmails.hub.connector.Verdict.Admitted;
import io.smartmails.hub.event.Event;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SamplesTest {
    private final Connectors connectors = ShippedConnectors.load();
    private final Connection shop = connectors.connection("demo-shop").orElseThrow();
    private final Connection crm = connectors.connection("demo-crm").orElseThrow();

    private static List<Delivery> post(Connection connection, SampleRequest request) {
        var headers = request.headers().entrySet().stream()
                .collect(Collectors.toMap(
                        header -> header.getKey().toLowerCase(Locale.ROOT), header -> List.of(header.getValue())));
        var segments = request.path().split("/");
        assertThat(segments[2]).isEqualTo(connection.name());
        var verdict = connection
                .connector()
                .admit(
                        connection,
                        new InboundRequest(segments.length > 3 ? segments[3] : null, headers, request.body()));
        assertThat(verdict).isInstanceOf(Admitted.class);
        return ((Admitted) verdict).deliveries();
    }

    private static Event event(Connection connection, Delivery delivery) {
        return connection
                .connector()
                .translate(connection, delivery.topic(), delivery.keptHeaders(), delivery.body(), ShippedConnectors.NOW)
                .get(0);
    }

    @Test
    void signsAsTheStoredSignaturesWhichOpensslMade() {
        var environment = Map.of("DEMO_SHOP_SECRET", "sample-client-secret");
        var same = Connectors.load(Path.of("."), environment::get, InstantSource.fixed(ShippedConnectors.NOW))
                .connection("demo-shop")
                .orElseThrow();
        var stored = shop.connector().samples().good().stream()
                .filter(sample -> sample.name().equals("orders-paid"))
                .findFirst()
                .orElseThrow();
        var request = same.connector().samples().request(same, "orders/paid", "any", Map.of());
        assertThat(request.headers())
                .containsEntry("X-Shopify-Hmac-Sha256", stored.headers().get("X-Shopify-Hmac-Sha256"));
        assertThat(request.body()).isEqualTo(stored.body());
    }

    @Test
    void sendsAnotherEventForAnotherIdAndARepeatForTheSame() {
        var samples = shop.connector().samples();
        var first = post(shop, samples.request(shop, "orders/paid", "id-1", Map.of()))
                .get(0);
        var second = post(shop, samples.request(shop, "orders/paid", "id-2", Map.of()))
                .get(0);
        var repeat = post(shop, samples.request(shop, "orders/paid", "id-1", Map.of()))
                .get(0);
        assertThat(second.dedupeId()).isNotEqualTo(first.dedupeId()).endsWith("id-2");
        assertThat(repeat.dedupeId()).isEqualTo(first.dedupeId());
    }

    @Test
    void putsOtherValuesIntoTheBodyAndSignsThat() {
        var request = shop.connector()
                .samples()
                .request(
                        shop,
                        "orders/paid.guest",
                        "id-1",
                        Map.of("/id", "1002", "/name", "#1002", "/email", "zoe@example.com"));
        var event = event(shop, post(shop, request).get(0));
        assertThat(event.subject()).isEqualTo("1002");
        assertThat(event.contact().email()).isEqualTo("zoe@example.com");
        assertThat(new String(request.body(), StandardCharsets.UTF_8)).contains("\"id\":1002,");
    }

    @Test
    void refusesUnknownSamplesAndPlaces() {
        var samples = shop.connector().samples();
        assertThatThrownBy(() -> samples.request(shop, "orders/payed", "1", Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("did you mean 'orders-paid'?");
        assertThatThrownBy(() -> samples.request(shop, "orders/paid", "1", Map.of("/nowhere/at", "x")))
                .hasMessageContaining("nothing at /nowhere/at");
        assertThatThrownBy(() -> samples.request(shop, "orders/paid", "1", Map.of("/id", "abc")))
                .hasMessageContaining("must be a number");
        assertThatThrownBy(() -> samples.request(shop, "orders/paid", "1", Map.of("id", "1")))
                .hasMessageContaining("a pointer starts with /");
        assertThatThrownBy(() -> crm.connector().samples().request(crm, "poll/contacts", "1", Map.of()))
                .hasMessageContaining("cannot be posted");
    }

    @Test
    void makesASoapMessageForTheConnectionsOwnOrganization() {
        var environment = Map.of("DEMO_CRM_ORG", "00D00000000000Z", "DEMO_CRM_PATH", "a b/c");
        var other = Connectors.load(Path.of("."), environment::get)
                .connection("demo-crm")
                .orElseThrow();
        var request = other.connector()
                .samples()
                .request(other, "Contact.batch", "04lfresh", Map.of("/sObject/Email", "zoe@example.com"));
        assertThat(request.path()).isEqualTo("/webhooks/demo-crm/a%20b%2Fc");
        var headers = Map.<String, List<String>>of();
        var verdict = other.connector().admit(other, new InboundRequest("a b/c", headers, request.body()));
        assertThat(((Admitted) verdict).deliveries())
                .extracting(Delivery::dedupeId)
                .containsExactly("04lfresh", "04lfresh-2", "04lfresh-3");
    }
}

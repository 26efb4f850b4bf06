// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.hub.connector.Verdict.Admitted;
import io.smartmails.hub.connector.Verdict.Rejected;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Signatures here are the published vector of Shopify/shopify-app-js (validate.test.ts), never made by our own code. */
class ShopifyWebhookTest {
    private static final String SECRET = "test_secret_key";
    private static final String BODY = "{\"foo\": \"bar\"}";
    private static final String SIGNATURE = "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=";

    private final Connection shop = shop(Map.of("DEMO_SHOP_SECRET", SECRET));

    private static Connection shop(Map<String, String> environment) {
        return Connectors.load(Path.of("."), environment::get)
                .connection("demo-shop")
                .orElseThrow();
    }

    private static Map<String, List<String>> headers(String... more) {
        var headers = new HashMap<String, List<String>>();
        headers.put("x-shopify-hmac-sha256", List.of(SIGNATURE));
        headers.put("x-shopify-topic", List.of("orders/paid"));
        headers.put("x-shopify-shop-domain", List.of("demo.myshopify.com"));
        headers.put("x-shopify-event-id", List.of("e-1"));
        headers.put("x-shopify-webhook-id", List.of("w-1"));
        headers.put("cookie", List.of("not kept"));
        for (int i = 0; i < more.length; i += 2) {
            if (more[i + 1] == null) {
                headers.remove(more[i]);
            } else {
                headers.put(more[i], List.of(more[i + 1]));
            }
        }
        return headers;
    }

    private Verdict admit(Map<String, List<String>> headers) {
        return admit(shop, headers, BODY);
    }

    private static Verdict admit(Connection connection, Map<String, List<String>> headers, String body) {
        return connection
                .connector()
                .admit(connection, new InboundRequest(null, headers, body.getBytes(StandardCharsets.UTF_8)));
    }

    private Delivery delivery(Map<String, List<String>> headers) {
        return ((Admitted) admit(headers)).deliveries().get(0);
    }

    private static void assertRefused(Verdict verdict) {
        assertThat(verdict).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.status()).isEqualTo(401);
            assertThat(rejected.code()).isEqualTo("signature_mismatch");
        });
    }

    @Test
    void acceptsThePublishedVectorAndKeepsItsBytesAndDeclaredHeaders() {
        var delivery = delivery(headers());
        assertThat(delivery.topic()).isEqualTo("orders/paid");
        assertThat(delivery.dedupeId()).isEqualTo("demo.myshopify.com|orders/paid|e-1");
        assertThat(delivery.body()).isEqualTo(BODY.getBytes(StandardCharsets.UTF_8));
        assertThat(delivery.keptHeaders())
                .containsEntry("x-shopify-event-id", "e-1")
                .doesNotContainKeys("cookie", "x-shopify-hmac-sha256");
    }

    @Test
    void refusesWrongMissingTamperedAndForeignSignatures() {
        assertRefused(admit(headers("x-shopify-hmac-sha256", "A23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=")));
        assertRefused(admit(headers("x-shopify-hmac-sha256", null)));
        assertRefused(admit(headers("x-shopify-hmac-sha256", " ")));
        assertRefused(admit(shop, headers(), BODY + " "));
        assertRefused(admit(shop(Map.of("DEMO_SHOP_SECRET", "another")), headers(), BODY));
    }

    @Test
    void triesTheSecretFromBeforeARotationToo() {
        var rotated = shop(Map.of("DEMO_SHOP_SECRET", "new", "DEMO_SHOP_SECRET_PREVIOUS", SECRET));
        assertThat(admit(rotated, headers(), BODY)).isInstanceOf(Admitted.class);
    }

    @Test
    void understandsTheNewerHeaderFamily() {
        var headers = Map.of(
                "shopify-hmac-sha256", List.of(SIGNATURE),
                "shopify-topic", List.of("orders/paid"),
                "shopify-shop-domain", List.of("demo.myshopify.com"),
                "shopify-event-id", List.of("e-1"));
        assertThat(delivery(headers).dedupeId()).isEqualTo(delivery(headers()).dedupeId());
    }

    @Test
    void refusesTwoSignaturesButTakesTheSameOneInBothFamilies() {
        assertThat(admit(headers("shopify-hmac-sha256", SIGNATURE))).isInstanceOf(Admitted.class);
        assertRefused(admit(headers("shopify-hmac-sha256", "other")));
        var twice = headers();
        twice.put("x-shopify-hmac-sha256", List.of(SIGNATURE, SIGNATURE));
        assertRefused(admit(twice));
    }

    @Test
    void fallsBackToTheWebhookIdAndThenToTheBodyForRepeats() {
        assertThat(delivery(headers("x-shopify-event-id", null)).dedupeId())
                .isEqualTo("demo.myshopify.com|orders/paid|w-1");
        var bare = headers("x-shopify-event-id", null, "x-shopify-webhook-id", null);
        assertThat(delivery(bare).dedupeId()).startsWith("orders/paid|sha256:");
    }

    @Test
    void keepsTwoShopsAndTwoTopicsApart() {
        assertThat(delivery(headers("x-shopify-shop-domain", "other.myshopify.com"))
                        .dedupeId())
                .isNotEqualTo(delivery(headers()).dedupeId());
        assertThat(delivery(headers("x-shopify-topic", "orders/create")).dedupeId())
                .isNotEqualTo(delivery(headers()).dedupeId());
    }

    @Test
    void shortensAnOverlongEventId() {
        assertThat(delivery(headers("x-shopify-event-id", "e".repeat(4000))).dedupeId())
                .hasSizeLessThan(256);
    }

    @Test
    void answersAMissingAmbiguousOrHostileTopicAsMalformed() {
        var two = headers("shopify-topic", "orders/create");
        for (var headers :
                List.of(headers("x-shopify-topic", null), headers("x-shopify-topic", "../../etc/passwd\0"), two)) {
            assertThat(admit(headers))
                    .isInstanceOfSatisfying(
                            Rejected.class,
                            rejected -> assertThat(rejected.status()).isEqualTo(400));
        }
    }

    @Test
    void refusesAnotherShopOnlyWhenOneIsConfigured() {
        var strict = shop(Map.of("DEMO_SHOP_SECRET", SECRET, "DEMO_SHOP_DOMAIN", "demo.myshopify.com"));
        assertThat(admit(strict, headers(), BODY)).isInstanceOf(Admitted.class);
        assertRefused(admit(strict, headers("x-shopify-shop-domain", "other.myshopify.com"), BODY));
        assertRefused(admit(strict, headers("x-shopify-shop-domain", null), BODY));
    }

    @Test
    void answersWithAnEmpty200WhetherRepeatedOrNot() {
        for (var duplicate : List.of(false, true)) {
            var answer = shop.connector().answer(shop, duplicate);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEmpty();
        }
    }
}

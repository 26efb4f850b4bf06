// SPDX-License-Identifier: Apache-2.0
package io.smartmails.testkit;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Posts webhooks as Shopify does: signed here with the JDK, not with the code under test. */
public final class Shop {
    public static final String SECRET = "demo-shop-secret";

    private static final String ORDER = """
            {"id": %d, "name": "#%d", "email": "%s", "created_at": "2026-11-24T08:00:00Z", "updated_at": "2026-11-24T08:00:00Z",
             "currency": "EUR", "total_price": "59.80", "order_status_url": "https://shop.example.com/orders/%d",
             "customer": {"id": 8%d, "email": "%s", "first_name": "Ada", "last_name": "Example", "updated_at": "2026-11-24T08:00:00Z"},
             "line_items": [{"id": 1, "title": "Blue mug", "quantity": 2, "price": "29.90"}]}
            """;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String url;

    public Shop(String hubUrl) {
        this.url = hubUrl + "/webhooks/demo-shop";
    }

    public static byte[] order(long id, String email) {
        return ORDER.formatted(id, id, email, id, id, email).getBytes(StandardCharsets.UTF_8);
    }

    public static String sign(byte[] body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Signs and posts; the answer is the hub's. */
    public HttpResponse<String> post(String topic, String eventId, byte[] body) throws Exception {
        return post(topic, eventId, body, sign(body, SECRET));
    }

    public HttpResponse<String> post(String topic, String eventId, byte[] body, String signature) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .header("X-Shopify-Topic", topic)
                .header("X-Shopify-Shop-Domain", "demo-shop.example.com")
                .header("X-Shopify-Event-Id", eventId)
                .header("X-Shopify-Webhook-Id", "wh-" + eventId)
                .header("X-Shopify-API-Version", "2026-10")
                .header("X-Shopify-Triggered-At", "2026-11-24T08:00:01Z")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (signature != null) {
            request.header("X-Shopify-Hmac-Sha256", signature);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}

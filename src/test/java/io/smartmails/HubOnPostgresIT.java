// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.testkit.Api;
import io.smartmails.testkit.Databases;
import io.smartmails.testkit.HubHome;
import io.smartmails.testkit.Shop;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job with PostgreSQL as the hub's database. */
class HubOnPostgresIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ORDERS = 20;

    @TempDir
    Path home;

    @Test
    void paidOrdersBecomeOneMailEachAndTheEquationsHold() throws Exception {
        HubHome.create(home);
        try (HubProcess hub = HubProcess.start(
                "--hub.home=" + home,
                "--server.port=0",
                "--engine.port=0",
                "--sandbox.port=0",
                "--spring.datasource.url=" + Databases.postgresUrl(),
                "--spring.datasource.username=postgres",
                "--spring.datasource.password=")) {
            var shop = new Shop(hub.url());
            var admin = new Api(hub.url(), hub.firstAdminKey());
            for (int order = 1; order <= ORDERS; order++) {
                byte[] body = Shop.order(order, "ada@example.com");
                assertThat(shop.post("orders/paid", "evt-" + order, body).statusCode())
                        .isEqualTo(200);
                assertThat(shop.post("orders/paid", "evt-" + order, body)
                                .headers()
                                .firstValue("X-Hub-Duplicate"))
                        .contains("true");
            }
            await().atMost(PATIENCE).untilAsserted(() -> {
                JsonNode counts = admin.get("/admin/v1/counts").body();
                assertThat(counts.path("waiting").asLong())
                        .as(counts.toString())
                        .isZero();
                assertThat(counts.path("duplicates").asLong()).isEqualTo(ORDERS);
                assertThat(counts.path("items")
                                .path("by_kind")
                                .path("send")
                                .path("delivered")
                                .asLong())
                        .isEqualTo(ORDERS);
            });
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(admin.get("/admin/v1/inbox?to=ada%40example.com&limit=100")
                                    .body()
                                    .path("data"))
                            .hasSize(ORDERS));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.smartmails.db.Database;
import io.smartmails.testkit.Api;
import io.smartmails.testkit.HubHome;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole hub: an act is audited, an alert becomes a mail in the inbox, a restart changes nothing, tampering is found. */
class AuditIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path home;

    private HubProcess start() {
        return HubProcess.start(
                "--hub.home=" + home,
                "--server.port=0",
                "--engine.port=0",
                "--sandbox.port=0",
                "--hub.alerts.emails=ops@example.com",
                "--hub.alerts.allow-private-targets=true");
    }

    @Test
    void aFailingWebhookIsAnAlertThatReachesTheInboxAndTheAuditHoldsAllOfIt() throws Exception {
        HubHome.create(home);
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            exchange.sendResponseHeaders(410, -1);
            exchange.close();
        });
        receiver.start();
        String key;
        long count;
        try (HubProcess hub = start()) {
            key = hub.firstAdminKey();
            Api admin = new Api(hub.url(), key);
            String webhook = admin.post(
                            "/admin/v1/alert-webhooks",
                            "{\"url\":\"http://127.0.0.1:"
                                    + receiver.getAddress().getPort() + "/\"}")
                    .body()
                    .path("id")
                    .asText();
            assertThat(admin.post("/admin/v1/alert-webhooks/" + webhook + "/test", null)
                            .status())
                    .isEqualTo(202);
            await().atMost(PATIENCE).untilAsserted(() -> {
                JsonNode mails =
                        admin.get("/admin/v1/inbox?to=ops%40example.com").body();
                assertThat(mails.path("data")).hasSize(1);
                assertThat(mails.at("/data/0/subject").asText()).contains("webhook failing", webhook);
                assertThat(mails.at("/data/0/text").asText()).contains("410", "alert");
            });
            assertThat(admin.get("/admin/v1/audit-events?target=" + webhook)
                            .body()
                            .findValuesAsText("action"))
                    .containsExactly("alert-webhook.test", "alert-webhook.create");
            JsonNode verification =
                    admin.get("/admin/v1/audit-events/verification").body();
            assertThat(verification.path("ok").asBoolean()).isTrue();
            count = verification.path("count").asLong();
        } finally {
            receiver.stop(0);
        }

        try (HubProcess hub = start()) {
            Api admin = new Api(hub.url(), key);
            JsonNode verification =
                    admin.get("/admin/v1/audit-events/verification").body();
            assertThat(verification.path("ok").asBoolean()).isTrue();
            assertThat(verification.path("count").asLong()).isGreaterThanOrEqualTo(count);
        }

        try (Connection sql = DriverManager.getConnection(Database.sqliteUrl(home.resolve("data/hub.db")))) {
            sql.createStatement().executeUpdate("DROP TRIGGER audit_event_kept");
            sql.createStatement().executeUpdate("DELETE FROM audit_event WHERE seq = 2");
        }
        try (HubProcess hub = start()) {
            JsonNode verification = new Api(hub.url(), key)
                    .get("/admin/v1/audit-events/verification")
                    .body();
            assertThat(verification.path("ok").asBoolean()).isFalse();
            assertThat(verification.path("broken_seq").asLong()).isEqualTo(2);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.smartmails.hub.smartmails.SmartMailsClient;
import io.smartmails.hub.smartmails.SmartMailsSettings;
import io.smartmails.problem.ProblemException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CapturedMailsTest {
    private final InstantSource clock = () -> Instant.parse("2026-01-05T10:00:00Z");
    private volatile int status = 200;
    private volatile String body;

    private HttpServer server;
    private SmartMailsClient smartMails;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        var url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
        smartMails = new SmartMailsClient(new SmartMailsSettings(url, "sml_test", 60), clock);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void theInboxIsWhatTheCaptureServerTook() {
        body = """
                {"data":[{"id":"cap_1","to":["ada@example.com"],"from":"shop@example.com","subject":"Your order",
                 "text":"words","html":null,"headers":{"Message-ID":"<1@example.com>"},"at":"2026-01-05T10:00:00Z"}]}""";

        List<InboxView.Mail> mails = new CapturedMails(smartMails).inbox("ada@example.com", 5);

        assertThat(mails).singleElement().satisfies(mail -> {
            assertThat(mail.to()).containsExactly("ada@example.com");
            assertThat(mail.subject()).isEqualTo("Your order");
            assertThat(mail.html()).isNull();
            assertThat(mail.headers()).containsEntry("Message-ID", "<1@example.com>");
        });
    }

    @Test
    void withoutACaptureServerThereIsNoInboxAndAnOutageIsSaidToBeOne() {
        status = 404;
        body = "{\"code\":\"unknown_endpoint\"}";
        assertThatThrownBy(() -> new CapturedMails(smartMails).inbox(null, 5))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("not_found");
        status = 503;
        assertThatThrownBy(() -> new CapturedMails(smartMails).inbox(null, 5))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("upstream_error");
    }
}

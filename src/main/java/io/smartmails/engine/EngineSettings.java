// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of the engine, all below {@code engine.}
 *
 * @param port TCP port of the API, 0 for any free one
 * @param address address to bind to
 * @param dataDir folder of {@code engine.db} and {@code secrets/}
 * @param bootstrapKey a key that must exist with every scope; null makes one at the very first start and prints it
 * @param requestsPerMinute requests one key may make in any 60 s
 * @param publicUrl address at which recipients reach {@code /u/}; null means the address and port bound to
 * @param sender default sender, as {@code Name <address>}
 * @param smtp server that takes the mail; without a host the embedded capture server does
 * @param chaos faults on purpose, for rehearsals
 */
@ConfigurationProperties("engine")
public record EngineSettings(
        @DefaultValue("8025") int port,
        @DefaultValue("127.0.0.1") String address,
        @DefaultValue("data") Path dataDir,
        String bootstrapKey,
        @DefaultValue("60") int requestsPerMinute,
        String publicUrl,
        @DefaultValue("SmartMails Hub <hello@example.com>") String sender,
        @DefaultValue Smtp smtp,
        @DefaultValue Chaos chaos) {

    /** @param starttls true demands TLS; false takes it when the server offers it */
    public record Smtp(
            String host,
            @DefaultValue("587") int port,
            String username,
            String password,
            @DefaultValue("false") boolean starttls) {

        public boolean captured() {
            return host == null || host.isBlank();
        }
    }

    /**
     * @param latencyMs added before each answer, milliseconds
     * @param errorRate share of calls answered 500 before anything is done, 0 to 1
     * @param dropAfterAccept share of calls whose answer is lost after the work was done, 0 to 1
     */
    public record Chaos(
            @DefaultValue("0") long latencyMs,
            @DefaultValue("0") double errorRate,
            @DefaultValue("0") double dropAfterAccept) {}
}

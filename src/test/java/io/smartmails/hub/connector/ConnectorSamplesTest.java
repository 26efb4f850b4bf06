// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every folder {@code connectors/NAME/samples/CASE} is one test; adding a case is adding a folder. After a deliberate change
 * of a mapping run with {@code -Dsamples.accept=true} and read the diff of the rewritten {@code event.json} files.
 */
class ConnectorSamplesTest {
    record Case(Connector connector, ConnectorCheck.Result result) {
        @Override
        public String toString() {
            return connector.name() + " " + result.sample();
        }
    }

    static Stream<Case> samples() throws IOException {
        var connectors = ShippedConnectors.load().connectors();
        if (Boolean.getBoolean("samples.accept")) {
            for (var connector : connectors) {
                accept(connector);
            }
        }
        return connectors.stream()
                .flatMap(
                        connector -> ConnectorCheck.run(connector).stream().map(result -> new Case(connector, result)));
    }

    private static void accept(Connector connector) throws IOException {
        var check = new ConnectorCheck(connector);
        for (var sample : connector.samples().good()) {
            var text = Payload.JSON
                    .writer()
                    .with(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(check.events(sample));
            Files.writeString(sample.folder().resolve("event.json"), text + "\n");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void holds(Case sample) {
        assertThat(sample.result().problems()).isEqualTo(List.of());
    }
}

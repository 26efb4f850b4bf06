// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every mapping example of docs/connectors.md (three fences in a row: mapping, payload, result) holds. */
class ConnectorsDocTest {
    private static final Pattern EXAMPLE = Pattern.compile(
            "```yaml\\n(?<mapping>[^`]+)```\\n```json\\n(?<payload>[^`]+)```\\n```json\\n(?<result>[^`]+)```");

    record Example(String mapping, String payload, String result) {}

    static Stream<Example> examples() throws IOException {
        return EXAMPLE.matcher(Files.readString(Path.of("docs/connectors.md")))
                .results()
                .map(found -> new Example(found.group(1), found.group(2), found.group(3)));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void holds(Example example) throws IOException {
        var expression = Expression.read(YamlPlace.parse(example.mapping(), "docs/connectors.md"));
        var input = new MappingInput(
                Payload.JSON.readTree(example.payload()),
                new VendorHeaders(Map.of()),
                Map.of(),
                ShippedConnectors.NOW,
                "topic",
                "docs/connectors.md");
        JsonNode result = Payload.JSON.readTree(Payload.JSON.writeValueAsBytes(expression.value(input)));
        assertThat(result).isEqualTo(Payload.JSON.readTree(example.result()));
    }
}

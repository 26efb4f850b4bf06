// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteCheckTest {
    @TempDir
    Path folder;

    @Test
    void theShippedRulesAreGoodNamedAsTheirFilesAndSaidInASentence() throws Exception {
        for (RouteCheck.Result result : RouteCheck.check(Path.of("routes"))) {
            assertThat(result.error()).as(result.file()).isEmpty();
            assertThat(result.file()).isEqualTo(result.rule() + ".yaml");
            assertThat(Files.readString(Path.of("routes", result.file()))).startsWith("# ");
        }
    }

    @Test
    void tellsFileLineAndReasonOfEachBrokenFileAndGoesOn() throws Exception {
        write("a.yaml", RoutingKit.rule("a", "event:order.paid", "smartmails:send?template=x"));
        write("b.yaml", RoutingKit.rule("a", "event:order.paid", "smartmails:send?template=x"));
        write("c.yaml", RoutingKit.rule("c", "event:order.paid", "smartmails:sned?template=x"));
        write("notes.txt", "no route");

        var results = RouteCheck.check(folder);

        assertThat(results).extracting(RouteCheck.Result::file).containsExactly("a.yaml", "b.yaml", "c.yaml");
        assertThat(results.get(0).error()).isEmpty();
        assertThat(results.get(1).error().orElseThrow().toString())
                .startsWith("b.yaml:3: ")
                .contains("a.yaml");
        assertThat(results.get(2).error().orElseThrow().toString())
                .startsWith("c.yaml:8: ")
                .contains("there are smartmails:send and smartmails:contact");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 1 | exactly one route",
                "'just text' | 1 | exactly one route",
                "'- route:\n    id: [a' | 2 | not readable as YAML",
                "'- route:\n    from:\n      uri: event:order.paid\n      steps: []' | 1 | needs an id",
                "'- from:\n    uri: timer:x\n    steps: []' | 1 | begins with",
                "'- route:\n    id: a\n    form:\n      uri: timer:x' | 3 | form",
                "'- route:\n    id: a\n    from:\n      uri: event:order.paid\n      steps:\n        - tu: mock:x' | 6 | tu"
            })
    void refusesWhatIsNotOneRuleWithItsLine(String text, int line, String told) throws Exception {
        write("x.yaml", text);

        RouteError error = RouteCheck.check(folder).get(0).error().orElseThrow();

        assertThat(error.reason()).contains(told);
        assertThat(error.line()).isEqualTo(line);
    }

    @Test
    void aConditionThatIsNoExpressionIsFoundBeforeItRuns() throws Exception {
        write("x.yaml", """
                - route:
                    id: x
                    from:
                      uri: event:order.paid
                      steps:
                        - filter:
                            expression:
                              simple:
                                expression: "${evnt.data.total} > 5"
                            steps:
                              - to:
                                  uri: smartmails:send?template=t
                """);

        RouteError error = RouteCheck.check(folder).get(0).error().orElseThrow();

        assertThat(error.reason()).contains("evnt");
        assertThat(error.line()).isEqualTo(9);
    }

    @Test
    void aRouteIsMadeButNeverStarted() throws Exception {
        Path inbox = Files.createDirectories(folder.resolve("inbox"));
        Files.writeString(inbox.resolve("a.txt"), "x");
        write("x.yaml", RoutingKit.rule("x", "file:" + inbox + "?initialDelay=0&delete=true", "mock:x"));

        assertThat(RouteCheck.check(folder).get(0).error()).isEmpty();
        assertThat(inbox.resolve("a.txt")).exists();
    }

    private void write(String file, String text) throws Exception {
        Files.writeString(folder.resolve(file), text);
    }
}

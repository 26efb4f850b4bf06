// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import io.smartmails.hub.connector.Connector;
import io.smartmails.hub.connector.ConnectorCheck;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "connector", description = "The folders in connectors/.", subcommands = ConnectorCommand.Test.class)
final class ConnectorCommand {
    @Command(
            name = "test",
            description = "Run a connector's samples and signature attacks, without a hub; exit code 1 when one fails.")
    static final class Test extends Task {
        @Parameters(paramLabel = "NAME", description = "Folder in connectors/, such as shopify.")
        private String name;

        @Override
        public Integer call() {
            var connectors = WebhookCommand.connectors(root()).connectors();
            Connector connector = connectors.stream()
                    .filter(candidate -> candidate.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new CommandFailure("There is no connector '" + name + "'; there are "
                            + connectors.stream().map(Connector::name).collect(Collectors.joining(", ", "", "."))));
            List<ConnectorCheck.Result> results = ConnectorCheck.run(connector);
            long failed = results.stream()
                    .filter(result -> !result.problems().isEmpty())
                    .count();
            if (wantsJson()) {
                print(Map.of("ok", failed == 0, "data", results));
            } else {
                results.forEach(result -> {
                    say("%-6s %s", result.problems().isEmpty() ? "ok" : "FAILED", result.sample());
                    result.problems().forEach(problem -> say("       %s", problem));
                });
                say("%d checks, %d failed", results.size(), failed);
            }
            return failed == 0 ? 0 : 1;
        }
    }
}

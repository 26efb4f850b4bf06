// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

@Command(
        name = "connections",
        description = "The accounts in config/connections.yaml.",
        subcommands = ConnectionsCommand.Listing.class)
final class ConnectionsCommand {
    @Command(name = "list", description = "List the connections of the running hub, without secrets.")
    static final class Listing extends Task {
        @Override
        public Integer call() {
            JsonNode list = hub().get("/admin/v1/connections");
            if (wantsJson()) {
                print(list);
                return 0;
            }
            var table = new Table("NAME", "CONNECTOR", "WEBHOOKS GO TO");
            for (JsonNode connection : list.path("data")) {
                table.row(
                        connection.path("name").asText(),
                        connection.path("connector").asText(),
                        connection.path("webhook").asText("-"));
            }
            table.print(out());
            return 0;
        }
    }
}

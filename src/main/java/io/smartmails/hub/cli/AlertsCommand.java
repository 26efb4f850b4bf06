// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "alerts",
        description = "What somebody should look at.",
        subcommands = {
            AlertsCommand.Listing.class,
            AlertsCommand.Acknowledge.class,
            AlertsCommand.Resolve.class,
            AlertsCommand.Rules.class
        })
final class AlertsCommand {
    private static final String PATH = "/admin/v1/security-alerts";

    @Command(name = "list", description = "List alerts, newest first.")
    static final class Listing extends Task {
        @Option(
                names = "--status",
                paramLabel = "STATUS",
                description = "Only open, acknowledged or resolved ones (default: all).")
        private String status;

        @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "How many (1 to 1000).")
        private int limit;

        @Override
        public Integer call() {
            JsonNode list = hub().get(PATH + "?limit=" + limit + (status == null ? "" : "&status=" + part(status)));
            if (wantsJson()) {
                print(list);
            } else if (list.path("data").isEmpty()) {
                say("No alerts.");
            } else {
                var table = new Table("ID", "STATUS", "TYPE", "ABOUT", "COUNT", "LAST", "WHAT TO DO");
                for (JsonNode alert : list.path("data")) {
                    table.row(
                            alert.path("id").asText(),
                            alert.path("status").asText(),
                            alert.path("type").asText(),
                            alert.path("subject").asText(),
                            alert.path("count").asText(),
                            alert.path("last_at").asText(),
                            alert.path("cure").asText());
                }
                table.print(out());
            }
            return 0;
        }
    }

    /** What the two changes have in common. */
    abstract static class Change extends Task {
        @Parameters(paramLabel = "ID", description = "From 'alerts list'.")
        private String id;

        @Option(names = "--note", paramLabel = "TEXT", description = "Why, for those who look later.")
        private String note;

        abstract String status();

        @Override
        public Integer call() {
            Map<String, Object> change = new LinkedHashMap<>();
            change.put("status", status());
            change.put("note", note);
            JsonNode alert = hub().put(PATH + "/" + part(id), change);
            if (wantsJson()) {
                print(alert);
            } else {
                say("%s is %s.", id, alert.path("status").asText());
            }
            return 0;
        }
    }

    @Command(name = "acknowledge", description = "Say that somebody looks at it.")
    static final class Acknowledge extends Change {
        @Override
        String status() {
            return "acknowledged";
        }
    }

    @Command(name = "resolve", description = "Close it; if the cause comes back there will be a new one.")
    static final class Resolve extends Change {
        @Override
        String status() {
            return "resolved";
        }
    }

    @Command(name = "rules", description = "List when alerts are raised and whom they are told.")
    static final class Rules extends Task {
        @Override
        public Integer call() {
            JsonNode rules = hub().get("/admin/v1/alert-rules");
            if (wantsJson()) {
                print(rules);
                return 0;
            }
            var table = new Table("TYPE", "ENABLED", "THRESHOLD", "WINDOW", "MAILS", "WEBHOOK");
            for (JsonNode rule : rules.path("rules")) {
                table.row(
                        rule.path("type").asText(),
                        rule.path("enabled").asText(),
                        rule.path("threshold").asText("").replace("null", ""),
                        rule.path("window").asText("").replace("null", ""),
                        rule.at("/notify/emails").size(),
                        rule.at("/notify/webhook_id").asText("").replace("null", ""));
            }
            table.print(out());
            return 0;
        }
    }
}

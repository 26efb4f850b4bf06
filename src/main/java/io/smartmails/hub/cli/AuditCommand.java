// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "audit",
        description = "Who did what, and whether the record is whole.",
        subcommands = {AuditCommand.Listing.class, AuditCommand.Verify.class})
final class AuditCommand {
    private static final String PATH = "/admin/v1/audit-events";

    @Command(name = "list", description = "List acts and security events, newest first.")
    static final class Listing extends Task {
        @Option(names = "--actor", paramLabel = "ID", description = "Only those of a key.")
        private String actor;

        @Option(
                names = "--action",
                paramLabel = "ACTION",
                description = "Only these: 'key.create', or 'key.*' for all that begin so.")
        private String action;

        @Option(names = "--target", paramLabel = "ID", description = "Only those about this.")
        private String target;

        @Option(names = "--after", paramLabel = "TIME", description = "Only later ones: 2026-01-31T08:00:00Z.")
        private String after;

        @Option(names = "--before", paramLabel = "TIME", description = "Only earlier ones.")
        private String before;

        @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "How many (1 to 1000).")
        private int limit;

        @Override
        public Integer call() {
            JsonNode list = hub().get(PATH + "?limit=" + limit + filter("actor", actor) + filter("action", action)
                    + filter("target", target) + filter("after", after) + filter("before", before));
            if (wantsJson()) {
                print(list);
                return 0;
            }
            var table = new Table("SEQ", "AT", "ACTOR", "FROM", "ACTION", "TARGET", "AFTER");
            for (JsonNode event : list.path("data")) {
                table.row(
                        event.path("seq").asText(),
                        event.path("at").asText(),
                        event.at("/actor/id").asText(),
                        event.path("ip").asText(""),
                        event.path("action").asText(),
                        event.path("target").asText(""),
                        event.path("after").isNull() ? "" : event.path("after").toString());
            }
            table.print(out());
            return 0;
        }

        private static String filter(String name, String value) {
            return value == null ? "" : "&" + name + "=" + part(value);
        }
    }

    @Command(
            name = "verify",
            description = "Walk the chain: 0 when it is whole, 1 and the first wrong event when it is not.")
    static final class Verify extends Task {
        @Override
        public Integer call() {
            JsonNode found = hub().get(PATH + "/verification");
            boolean ok = found.path("ok").asBoolean();
            if (wantsJson()) {
                print(found);
            } else if (ok) {
                say(
                        "ok: %s events since %s; head %s",
                        found.path("count").asText(),
                        found.path("since").asText(),
                        found.path("head").asText());
            } else {
                say(
                        "BROKEN at event %s: %s. The %s events before it are right.",
                        found.path("broken_seq").asText(),
                        found.path("reason").asText(),
                        found.path("count").asText());
            }
            return ok ? 0 : 1;
        }
    }
}

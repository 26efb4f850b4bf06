// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "dead-letters",
        description = "Work that cannot succeed until somebody changes something.",
        subcommands = {DeadLettersCommand.Listing.class, DeadLettersCommand.Show.class, DeadLettersCommand.Replay.class
        })
final class DeadLettersCommand {
    private static final String PATH = "/admin/v1/dead-letters";

    @Command(name = "list", description = "List dead letters, newest first.")
    static final class Listing extends Task {
        @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "How many (1 to 500).")
        private int limit;

        @Override
        public Integer call() {
            JsonNode list = hub().get(PATH + "?limit=" + limit);
            if (wantsJson()) {
                print(list);
            } else if (list.path("data").isEmpty()) {
                say("No dead letters.");
            } else {
                var table = new Table("ID", "STOPPED AT", "ABOUT", "CAUSE");
                for (JsonNode letter : list.path("data")) {
                    table.row(
                            letter.path("id").asText(),
                            letter.path("stage").asText(),
                            letter.path("about").asText(),
                            letter.path("cause").asText());
                }
                table.print(out());
            }
            return 0;
        }
    }

    @Command(name = "show", description = "Show one with its cause, what to do, and the raw payload.")
    static final class Show extends Task {
        @Parameters(paramLabel = "ID", description = "From 'dead-letters list'.")
        private String id;

        @Override
        public Integer call() {
            JsonNode letter = hub().get(PATH + "/" + part(id));
            if (wantsJson()) {
                print(letter);
                return 0;
            }
            say("%s of %s", letter.path("stage").asText(), letter.path("about").asText());
            say("Cause       %s", letter.path("cause").asText());
            say("What to do  %s", letter.path("cure").asText());
            say("Receipt     %s", letter.path("receipt").asText());
            say("Tries       %s", letter.path("attempts").asText());
            say(
                    "Payload     %s bytes, %s",
                    letter.at("/payload/bytes").asText(),
                    letter.at("/payload/encoding").asText());
            letter.at("/payload/content").asText().lines().map(Table::clean).forEach(out()::println);
            return 0;
        }
    }

    @Command(name = "replay", description = "Put dead letters back where they stopped.")
    static final class Replay extends Task {
        @Parameters(arity = "1..*", paramLabel = "ID", description = "From 'dead-letters list'.")
        private List<String> ids;

        @Option(names = "--reason", paramLabel = "TEXT", description = "A note for the story.")
        private String reason;

        @Override
        public Integer call() {
            HubClient hub = hub();
            List<JsonNode> replayed = new ArrayList<>();
            Map<String, Object> request = new LinkedHashMap<>();
            request.put("reason", reason);
            for (String id : ids) {
                JsonNode answer = hub.post(PATH + "/" + part(id) + "/replay", request);
                replayed.add(answer);
                if (!wantsJson()) {
                    say(
                            "%s is tried again. Story: ./hub why %s",
                            id, answer.path("receipt").asText());
                }
            }
            if (wantsJson()) {
                print(Map.of("data", replayed));
            }
            return 0;
        }
    }
}

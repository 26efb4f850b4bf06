// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
        @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "How many (1 to 1000).")
        private int limit;

        @Option(names = "--cursor", paramLabel = "CURSOR", description = "Go on where the last list ended.")
        private String cursor;

        @Mixin
        private LetterFilter filter;

        @Override
        public Integer call() {
            JsonNode list = hub().get(PATH + "?limit=" + limit + filter.query()
                    + (cursor == null ? "" : "&cursor=" + part(cursor)));
            if (wantsJson()) {
                print(list);
            } else if (list.path("data").isEmpty()) {
                say("No dead letters.");
            } else {
                var table = new Table("ID", "STOPPED AT", "ABOUT", "REASON", "CAUSE");
                for (JsonNode letter : list.path("data")) {
                    table.row(
                            letter.path("id").asText(),
                            letter.path("stage").asText(),
                            letter.path("about").asText(),
                            letter.path("code").asText(),
                            letter.path("cause").asText());
                }
                table.print(out());
                list.path("by_code")
                        .properties()
                        .forEach(code ->
                                say("%s: %d", code.getKey(), code.getValue().asLong()));
                if (list.path("has_more").asBoolean()) {
                    say("There are more: --cursor %s", list.path("next_cursor").asText());
                }
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
            if (letter.hasNonNull("message") && !letter.path("message").asText().equals("{}")) {
                say("Message");
                letter.path("message").asText().lines().map(Table::clean).forEach(out()::println);
            }
            if (letter.hasNonNull("mapping_failure")) {
                say("The mapping fails now: %s", letter.path("mapping_failure").asText());
            }
            letter.path("tries")
                    .forEach(entry -> say(
                            "%s  %s  %s",
                            entry.path("at").asText(),
                            entry.path("what").asText(),
                            entry.path("detail").asText()));
            return 0;
        }
    }

    @Command(
            name = "replay",
            description = {
                "Put dead letters back where they stopped: those named, or with --all those that match.",
                "What was mailed already is not mailed again, unless forced with a reason."
            })
    static final class Replay extends BulkReplay {
        @Parameters(arity = "0..*", paramLabel = "ID", description = "From 'dead-letters list'.")
        private List<String> ids = List.of();

        @Option(names = "--all", description = "All that match the filter; you see first what it would do.")
        private boolean all;

        @Option(
                names = "--edit",
                paramLabel = "FILE",
                description = "Replay with this payload (envelope) or message (item); the original is kept.")
        private Path edit;

        @Mixin
        private LetterFilter filter;

        @Override
        public Integer call() {
            requireReason();
            if (all != ids.isEmpty()) {
                throw usage("Say which: IDs, or --all with or without a filter.");
            }
            if (edit != null && ids.size() != 1) {
                throw usage("--edit is for one dead letter.");
            }
            return all ? replay(PATH + "/replay", filter.members()) : new LetterReplay(this).each(ids, edit);
        }
    }
}

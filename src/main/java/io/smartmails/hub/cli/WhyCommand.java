// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "why", description = "Tell what became of a webhook or message, from receipt to delivery.")
final class WhyCommand extends Task {
    @Parameters(paramLabel = "RECEIPT", description = "From the X-Hub-Receipt header, such as env_01J...")
    private String receipt;

    @Override
    public Integer call() {
        JsonNode story = hub().get("/admin/v1/timeline/" + part(receipt));
        if (wantsJson()) {
            print(story);
            return 0;
        }
        say(
                "%s from %s: %s",
                story.path("topic").asText(),
                story.path("connection").asText(),
                story.path("fate").asText());
        Instant received = Instant.parse(story.path("received_at").asText());
        var table = new Table("AT", "AFTER", "STAGE", "WHAT", "DETAIL");
        for (JsonNode entry : story.path("entries")) {
            Instant at = Instant.parse(entry.path("at").asText());
            table.row(
                    at,
                    Duration.between(received, at).toMillis() + " ms",
                    entry.path("stage").asText(),
                    entry.path("what").asText(),
                    entry.path("detail").asText());
        }
        table.print(out());
        story.path("messages")
                .properties()
                .forEach(message -> say(
                        "SmartMails says %s is %s",
                        message.getKey(), message.getValue().asText()));
        if (story.path("fate").asText().equals("dead")) {
            say("Mend the cause, then: ./hub dead-letters list, ./hub replay ID");
        }
        return 0;
    }
}

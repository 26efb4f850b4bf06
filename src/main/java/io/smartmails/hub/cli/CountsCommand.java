// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.StringJoiner;
import picocli.CommandLine.Command;

@Command(name = "counts", description = "What came in and what became of it, since the first start.")
final class CountsCommand extends Task {
    @Override
    public Integer call() {
        JsonNode counts = hub().get("/admin/v1/counts");
        if (wantsJson()) {
            print(counts);
            return 0;
        }
        equation("Receipts", counts, "delivered", "dropped", "dead", "waiting");
        equation("Envelopes", counts.path("envelopes"), "translated", "no_event", "dead", "waiting");
        equation("Rule runs", counts.path("runs"), "done", "dead", "waiting");
        equation("Items", counts.path("items"), "delivered", "dropped", "dead", "waiting");
        say(
                "Besides, %s repeats and %s refused.",
                counts.path("duplicates").asText(), counts.path("refused").asText());
        return 0;
    }

    private void equation(String unit, JsonNode counts, String... states) {
        var sum = new StringJoiner(" + ");
        for (String state : states) {
            sum.add(counts.path(state).asLong() + " " + state.replace('_', ' '));
        }
        say("%-10s %d accepted = %s", unit, counts.path("accepted").asLong(), sum);
    }
}

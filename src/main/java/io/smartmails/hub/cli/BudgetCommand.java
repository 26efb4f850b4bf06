// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

@Command(name = "budget", description = "Requests to SmartMails in the last 60 s.")
final class BudgetCommand extends Task {
    @Override
    public Integer call() {
        JsonNode budget = hub().get("/admin/v1/budget");
        if (wantsJson()) {
            print(budget);
            return 0;
        }
        say(
                "%d of %d requests used in the last 60 s, %d free",
                budget.path("used").asInt(),
                budget.path("limit").asInt(),
                budget.path("free").asInt());
        if (budget.path("limit").asInt() < budget.path("configured").asInt()) {
            say(
                    "The settings allow %d; SmartMails less",
                    budget.path("configured").asInt());
        }
        if (budget.path("others").asInt() > 0) {
            say(
                    "%d of them were made by others with the same key",
                    budget.path("others").asInt());
        }
        var table = new Table("LANE", "WAITING", "DUE", "REQUESTS", "CLEAR BY");
        budget.path("lanes")
                .forEach(lane -> table.row(
                        lane.path("lane").asText(),
                        lane.path("waiting").asText(),
                        lane.path("due").asText(),
                        lane.path("requests").asText(),
                        lane.path("clears_at").asText("-")));
        table.print(out());
        if (budget.hasNonNull("refusal")) {
            say("SmartMails refuses: %s", budget.path("refusal").asText());
        }
        return 0;
    }
}

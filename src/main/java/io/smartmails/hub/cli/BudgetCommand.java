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
        if (budget.hasNonNull("refusal")) {
            say("SmartMails refuses the hub's key: %s", budget.path("refusal").asText());
        }
        return 0;
    }
}

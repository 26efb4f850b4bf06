// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "inbox", description = "Mails the capture server took, newest first.")
final class InboxCommand extends Task {
    @Option(names = "--to", paramLabel = "ADDRESS", description = "Only mails to this address.")
    private String to;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "How many (1 to 500).")
    private int limit;

    @Override
    public Integer call() {
        JsonNode mails = hub().get("/admin/v1/inbox?limit=" + limit + (to == null ? "" : "&to=" + part(to)));
        if (wantsJson()) {
            print(mails);
        } else if (mails.path("data").isEmpty()) {
            say("No mail%s. Try: ./hub webhook send demo-shop orders/paid", to == null ? "" : " to " + to);
        } else {
            var table = new Table("AT", "TO", "SUBJECT");
            for (JsonNode mail : mails.path("data")) {
                List<String> addresses = new ArrayList<>();
                mail.path("to").forEach(address -> addresses.add(address.asText()));
                table.row(
                        mail.path("at").asText(),
                        String.join(", ", addresses),
                        mail.path("subject").asText(""));
            }
            table.print(out());
        }
        return 0;
    }
}

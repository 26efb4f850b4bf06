// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "replay",
        description = {
            "Put dead letters back (IDs), or run settled events through the rules again (--event, --since).",
            "What was mailed already is not mailed again, unless forced with a reason."
        })
final class ReplayCommand extends BulkReplay {
    @Parameters(arity = "0..*", paramLabel = "ID", description = "Dead letters, from 'dead-letters list'.")
    private List<String> ids = List.of();

    @Option(names = "--event", paramLabel = "ID", description = "One event, or a receipt with all its events.")
    private String event;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "All events made then or later, such as 2026-01-31T08:00:00Z.")
    private String since;

    @Option(names = "--until", paramLabel = "TIME", description = "With --since: and before.")
    private String until;

    @Option(names = "--connection", paramLabel = "NAME", description = "With --since: of this outside account.")
    private String connection;

    @Option(names = "--type", paramLabel = "TYPE", description = "With --since: such as order.paid.")
    private String type;

    @Override
    public Integer call() {
        requireReason();
        boolean events = event != null || since != null;
        if (ids.isEmpty() != events) {
            throw usage("Say what: IDs of dead letters, or --event ID, or --since TIME.");
        }
        if (!events) {
            return new LetterReplay(this).each(ids, null);
        }
        Map<String, Object> request = new LinkedHashMap<>();
        put(request, "event", event);
        put(request, "since", since);
        put(request, "until", until);
        put(request, "connection", connection);
        put(request, "type", type);
        return replay("/admin/v1/replays", request);
    }

    private static void put(Map<String, Object> request, String name, String value) {
        if (value != null) {
            request.put(name, value);
        }
    }
}

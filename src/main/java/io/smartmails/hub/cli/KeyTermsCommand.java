// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options that say what a key may do, of the commands that make or change one. */
abstract class KeyTermsCommand extends Task {
    private static final String NONE = "none";
    private static final String NEVER = "never";

    @Option(
            names = "--preset",
            paramLabel = "PRESET",
            description = "sending, sync, marketing, read_only, webhook_in or admin.")
    private String preset;

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            split = ",",
            description = "Instead of a preset: messages:send,contacts:read ...")
    private List<String> scopes;

    @Option(
            names = "--limit",
            paramLabel = "LIMIT",
            split = ",",
            description = "Requests it may make: 10/s,60/min,5000/day (default 60/min).")
    private List<String> limits;

    @Option(
            names = "--requests-per-minute",
            paramLabel = "N",
            description = "The same for a minute alone (1 to 100000; default 60).")
    private Integer requestsPerMinute;

    @Option(
            names = "--recipients-per-minute",
            paramLabel = "N",
            description = "Mail addresses it may name in a minute (default 10000).")
    private Long recipientsPerMinute;

    @Option(names = "--concurrent-requests", paramLabel = "N", description = "Calls at once (default 50).")
    private Integer concurrentRequests;

    @Option(
            names = "--allow-ip",
            paramLabel = "ADDRESS",
            split = ",",
            description = "Addresses or blocks it may be used from; 'none' lifts the list.")
    private List<String> allowedIps;

    @Option(
            names = "--deny-ip",
            paramLabel = "ADDRESS",
            split = ",",
            description = "Addresses or blocks it may not be used from; 'none' lifts the list.")
    private List<String> deniedIps;

    @Option(
            names = "--sender",
            paramLabel = "ADDRESS",
            split = ",",
            description = "Addresses or domains it may send as; 'none' lifts the list.")
    private List<String> senders;

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            description = "When it ends, such as 2030-01-31T00:00:00Z, or 'never'.")
    private String expires;

    @Option(
            names = "--rotate-every",
            paramLabel = "DURATION",
            description = "After how long to remind of rolling it, such as P90D, or 'never'.")
    private String rotateEvery;

    Map<String, Object> wanted() {
        Map<String, Object> wanted = new LinkedHashMap<>();
        putIfSaid(wanted, "preset", preset);
        putIfSaid(wanted, "scopes", scopes);
        putIfSaid(wanted, "limits", limits);
        putIfSaid(wanted, "requests_per_minute", requestsPerMinute);
        putIfSaid(wanted, "recipients_per_minute", recipientsPerMinute);
        putIfSaid(wanted, "concurrent_requests", concurrentRequests);
        putList(wanted, "allowed_ips", allowedIps);
        putList(wanted, "denied_ips", deniedIps);
        putList(wanted, "allowed_senders", senders);
        putOrClear(wanted, "expires_at", expires);
        putOrClear(wanted, "rotate_every", rotateEvery);
        return wanted;
    }

    private static void putIfSaid(Map<String, Object> wanted, String field, Object value) {
        if (value != null) {
            wanted.put(field, value);
        }
    }

    private static void putList(Map<String, Object> wanted, String field, List<String> values) {
        putIfSaid(wanted, field, List.of(NONE).equals(values) ? List.of() : values);
    }

    private static void putOrClear(Map<String, Object> wanted, String field, String value) {
        if (value != null) {
            wanted.put(field, value.equals(NEVER) ? null : value);
        }
    }

    @Command(
            name = "create",
            description = "Make a key and print it, this once.",
            footer = {
                "",
                "Examples:",
                "  ./hub keys create shop                                may send, 60 calls a minute",
                "  ./hub keys create crm --preset sync --limit 10/s,600/min --allow-ip 192.0.2.0/24",
                "  ./hub keys create partner --scope messages:send --sender example.com --expires 2030-01-31T00:00:00Z",
                "  ./hub keys create try-out --test                      nothing it sends leaves the machine"
            })
    static final class Create extends KeyTermsCommand {
        @Parameters(paramLabel = "NAME", description = "What it is for, such as the application.")
        private String name;

        @Option(names = "--test", description = "A test key: fully checked, but nothing leaves the machine.")
        private boolean test;

        @Override
        public Integer call() {
            Map<String, Object> wanted = new LinkedHashMap<>();
            wanted.put("name", name);
            if (test) {
                wanted.put("mode", "test");
            }
            wanted.putAll(wanted());
            KeyText.showSecret(this, hub().post(KeysCommand.PATH, wanted));
            return 0;
        }
    }

    @Command(
            name = "change",
            description = "Change what a key may do; what you do not name stays.",
            footer = {
                "",
                "Examples:",
                "  ./hub keys change key_01J... --limit 20/s,1200/min",
                "  ./hub keys change key_01J... --allow-ip none --expires never",
                "  ./hub keys change key_01J... --name 'shop (new server)'"
            })
    static final class Change extends KeyTermsCommand {
        @Parameters(paramLabel = "ID", description = "From 'keys list', such as key_01J...")
        private String id;

        @Option(names = "--name", paramLabel = "NAME", description = "Its new name.")
        private String name;

        @Override
        public Integer call() {
            Map<String, Object> wanted = wanted();
            if (name != null) {
                wanted.put("name", name);
            }
            if (wanted.isEmpty()) {
                throw usage("Say what to change, such as --limit 20/s.");
            }
            JsonNode key = hub().put(KeysCommand.PATH + "/" + part(id), wanted);
            KeyText.show(this, key);
            return 0;
        }
    }
}

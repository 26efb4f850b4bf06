// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.key.ApiKey;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "keys",
        description = "The keys people and applications use at this hub.",
        subcommands = {
            KeysCommand.Listing.class,
            KeysCommand.Show.class,
            KeyTermsCommand.Create.class,
            KeyTermsCommand.Change.class,
            KeysCommand.Roll.class,
            KeysCommand.Disable.class,
            KeysCommand.Enable.class,
            KeysCommand.Revoke.class,
            KeysCommand.Usage.class,
            KeysCommand.Generate.class
        },
        footer = {
            "",
            "Examples:",
            "  ./hub keys create shop                                a key that may send",
            "  ./hub keys create crm --preset sync --limit 10/s,600/min --allow-ip 192.0.2.0/24",
            "  ./hub keys list --status expiring",
            "  ./hub keys roll key_01J... --grace P7D                a new key, the old one works 7 days on",
            "  ./hub keys revoke key_01J...                          end it now"
        })
final class KeysCommand {
    static final String PATH = "/admin/v1/keys";

    private KeysCommand() {}

    /** What one command about one key has. */
    abstract static class OfOne extends Task {
        @Parameters(paramLabel = "ID", description = "From 'keys list', such as key_01J...")
        private String id;

        String path() {
            return PATH + "/" + part(id);
        }

        String id() {
            return id;
        }
    }

    @Command(
            name = "list",
            description = "List the keys, newest first; a key itself is never shown again.",
            footer = {
                "",
                "Examples:",
                "  ./hub keys list",
                "  ./hub keys list --status expiring",
                "  ./hub keys list --prefix sml_Ab12 --last4 9fQz        whose key is in that log?"
            })
    static final class Listing extends Task {
        @Option(
                names = "--status",
                paramLabel = "STATUS",
                description = "active, expiring (within 14 days), expired, revoked or disabled.")
        private String status;

        @Option(names = "--name", paramLabel = "TEXT", description = "A part of the name.")
        private String name;

        @Option(names = "--prefix", paramLabel = "TEXT", description = "First characters of the key, up to 8.")
        private String prefix;

        @Option(names = "--last4", paramLabel = "TEXT", description = "Last 4 characters of the key.")
        private String last4;

        @Option(names = "--limit", paramLabel = "N", description = "How many (1 to 1000; default 50).")
        private Integer limit;

        @Option(names = "--cursor", paramLabel = "TEXT", description = "Where to go on, from the page before.")
        private String cursor;

        @Override
        public Integer call() {
            var query = new StringJoiner("&", "?", "").setEmptyValue("");
            add(query, "status", status);
            add(query, "name", name);
            add(query, "prefix", prefix);
            add(query, "last4", last4);
            add(query, "limit", limit);
            add(query, "cursor", cursor);
            JsonNode list = hub().get(PATH + query);
            if (wantsJson()) {
                print(list);
                return 0;
            }
            if (list.path("data").isEmpty()) {
                say("No keys.");
                return 0;
            }
            var table = new Table("ID", "NAME", "PRESET", "STATUS", "KEY", "LIMITS", "EXPIRES", "LAST USED");
            for (JsonNode key : list.path("data")) {
                table.row(
                        key.path("id").asText(),
                        key.path("name").asText(),
                        key.path("preset").asText(),
                        status(key),
                        key.path("display").asText(),
                        KeyText.joined(key.path("limits")),
                        KeyText.text(key, "expires_at", "never"),
                        KeyText.text(key, "last_used_at", "never"));
            }
            table.print(out());
            if (list.path("has_more").asBoolean()) {
                say("There are more: --cursor %s", list.path("next_cursor").asText());
            }
            return 0;
        }

        private static void add(StringJoiner query, String name, Object value) {
            if (value != null) {
                query.add(name + "=" + part(value.toString()));
            }
        }

        private static String status(JsonNode key) {
            return key.path("status").asText() + (key.path("rotation_due").asBoolean() ? ", roll it" : "");
        }
    }

    @Command(
            name = "show",
            description = "Show what a key may do.",
            footer = {"", "Example: ./hub keys show key_01J..."})
    static final class Show extends OfOne {
        @Override
        public Integer call() {
            KeyText.show(this, hub().get(path()));
            return 0;
        }
    }

    @Command(
            name = "roll",
            aliases = "rotate",
            description = "Make a key that takes this one's place and print it, this once.",
            footer = {
                "",
                "Examples:",
                "  ./hub keys roll key_01J...                            the old one works 24 hours on",
                "  ./hub keys roll key_01J... --grace P7D                7 days",
                "  ./hub keys roll key_01J... --grace PT0S               it is out: end the old one at once"
            })
    static final class Roll extends OfOne {
        @Option(
                names = "--grace",
                paramLabel = "DURATION",
                description = "How long the old key works on: PT0S to P30D (default PT24H).")
        private String grace;

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                description = "End of the new key, or 'never' (default: that of the old one).")
        private String expires;

        @Override
        public Integer call() {
            Map<String, Object> wanted = new LinkedHashMap<>();
            if (grace != null) {
                wanted.put("grace_period", grace);
            }
            if (expires != null) {
                wanted.put("expires_at", expires.equals("never") ? null : expires);
            }
            JsonNode key = hub().post(path() + "/roll", wanted);
            KeyText.showSecret(this, key);
            if (!wantsJson()) {
                say("It takes the place of %s, which works through its grace period.", id());
            }
            return 0;
        }
    }

    @Command(
            name = "disable",
            description = "Switch a key off until 'keys enable'.",
            footer = {"", "Example: ./hub keys disable key_01J..."})
    static final class Disable extends OfOne {
        @Override
        public Integer call() {
            return KeyText.told(this, hub().post(path() + "/disable", Map.of()), "is switched off");
        }
    }

    @Command(
            name = "enable",
            description = "Switch a key on again.",
            footer = {"", "Example: ./hub keys enable key_01J..."})
    static final class Enable extends OfOne {
        @Override
        public Integer call() {
            return KeyText.told(this, hub().post(path() + "/enable", Map.of()), "is switched on");
        }
    }

    @Command(
            name = "revoke",
            description = "End a key now, for ever.",
            footer = {"", "Example: ./hub keys revoke key_01J..."})
    static final class Revoke extends OfOne {
        @Override
        public Integer call() {
            hub().delete(path());
            if (wantsJson()) {
                print(Map.of("id", id(), "status", "revoked"));
            } else {
                say("%s is revoked.", id());
            }
            return 0;
        }
    }

    @Command(
            name = "usage",
            description = "Show what a key did, per hour.",
            footer = {
                "",
                "Examples:",
                "  ./hub keys usage key_01J...                           the last 24 hours",
                "  ./hub keys usage key_01J... --hours 720               30 days"
            })
    static final class Usage extends OfOne {
        @Option(names = "--hours", paramLabel = "N", defaultValue = "24", description = "1 to 2160 (default 24).")
        private int hours;

        @Override
        public Integer call() {
            JsonNode usage = hub().get(path() + "/usage?hours=" + hours);
            if (wantsJson()) {
                print(usage);
            } else if (usage.path("data").isEmpty()) {
                say("No call in that time.");
            } else {
                var table = new Table("HOUR", "REQUESTS", "4XX", "429", "5XX", "ADDRESSES", "P50 MS", "P95 MS");
                for (JsonNode hour : usage.path("data")) {
                    table.row(
                            hour.path("hour").asText(),
                            hour.path("requests").asText(),
                            hour.path("status_4xx").asText(),
                            hour.path("status_429").asText(),
                            hour.path("status_5xx").asText(),
                            hour.path("distinct_ips").asText(),
                            hour.path("p50_ms").asText(),
                            hour.path("p95_ms").asText());
                }
                table.print(out());
            }
            return 0;
        }
    }

    @Command(
            name = "generate",
            description = "Print a fresh key for HUB_ADMIN_KEY, without a hub.",
            footer = {"", "Example: HUB_ADMIN_KEY=$(./hub keys generate) ./hub"})
    static final class Generate extends Task {
        @Override
        public Integer call() {
            String key = ApiKey.generate(ApiKey.LIVE, new SecureRandom());
            if (wantsJson()) {
                print(Map.of("key", key));
            } else {
                out().println(key);
            }
            return 0;
        }
    }
}

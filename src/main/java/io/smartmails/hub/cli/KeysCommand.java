// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.key.ApiKey;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "keys",
        description = "The keys people and applications use at this hub.",
        subcommands = {
            KeysCommand.Listing.class,
            KeysCommand.Create.class,
            KeysCommand.Revoke.class,
            KeysCommand.Generate.class
        })
final class KeysCommand {
    private static final String PATH = "/admin/v1/keys";

    @Command(name = "list", description = "List the keys; a key itself is never shown again.")
    static final class Listing extends Task {
        @Override
        public Integer call() {
            JsonNode list = hub().get(PATH);
            if (wantsJson()) {
                print(list);
                return 0;
            }
            var table = new Table("ID", "NAME", "PRESET", "STATUS", "KEY", "PER MINUTE");
            for (JsonNode key : list.path("data")) {
                table.row(
                        key.path("id").asText(),
                        key.path("name").asText(),
                        key.path("preset").asText(),
                        key.path("status").asText(),
                        key.path("display").asText(),
                        key.path("requests_per_minute").asText());
            }
            table.print(out());
            return 0;
        }
    }

    @Command(name = "create", description = "Make a key and print it, this once.")
    static final class Create extends Task {
        @Parameters(paramLabel = "NAME", description = "What or whom it is for.")
        private String name;

        @Option(
                names = "--preset",
                paramLabel = "PRESET",
                defaultValue = "sending",
                description = "sending (default), sync, marketing, read_only, webhook_in or admin.")
        private String preset;

        @Option(
                names = "--requests-per-minute",
                paramLabel = "N",
                description = "What it may do per minute (1 to 100000; default 60).")
        private Integer requestsPerMinute;

        @Override
        public Integer call() {
            Map<String, Object> wanted = new LinkedHashMap<>();
            wanted.put("name", name);
            wanted.put("preset", preset);
            if (requestsPerMinute != null) {
                wanted.put("requests_per_minute", requestsPerMinute);
            }
            JsonNode key = hub().post(PATH, wanted);
            if (wantsJson()) {
                print(key);
            } else {
                say("%s", key.path("key").asText());
                say(
                        "Id %s, preset %s. The key is shown this once.",
                        key.path("id").asText(), key.path("preset").asText());
            }
            return 0;
        }
    }

    @Command(name = "revoke", description = "End a key now.")
    static final class Revoke extends Task {
        @Parameters(paramLabel = "ID", description = "From 'keys list', such as key_01J...")
        private String id;

        @Override
        public Integer call() {
            hub().delete(PATH + "/" + part(id));
            if (wantsJson()) {
                print(Map.of("id", id, "status", "revoked"));
            } else {
                say("%s is revoked.", id);
            }
            return 0;
        }
    }

    @Command(name = "generate", description = "Print a fresh key for HUB_ADMIN_KEY, without a hub.")
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

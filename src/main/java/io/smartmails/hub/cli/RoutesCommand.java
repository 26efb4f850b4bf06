// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.hub.routing.RouteCheck;
import io.smartmails.hub.routing.RouteError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "routes",
        description = "The rules in routes/.",
        subcommands = {RoutesCommand.Listing.class, RoutesCommand.Check.class})
final class RoutesCommand {
    @Command(name = "list", description = "List the rules of the running hub with their state.")
    static final class Listing extends Task {
        @Override
        public Integer call() {
            JsonNode list = hub().get("/admin/v1/routes");
            if (wantsJson()) {
                print(list);
                return 0;
            }
            var table = new Table("STATE", "RULE", "FROM", "FILE", "WAITING");
            for (JsonNode route : list.path("data")) {
                table.row(
                        route.path("state").asText(),
                        route.path("id").asText("-"),
                        route.path("from").asText(),
                        route.path("file").asText("-"),
                        route.path("waiting").asLong());
            }
            table.print(out());
            for (JsonNode route : list.path("data")) {
                if (route.hasNonNull("reason")) {
                    say(
                            "%s:%d: %s",
                            route.path("file").asText(),
                            route.path("line").asInt(),
                            route.path("reason").asText());
                }
                if (route.hasNonNull("poll_failure")) {
                    say(
                            "%s: the last read failed: %s",
                            route.path("id").asText(),
                            route.path("poll_failure").asText());
                }
            }
            return 0;
        }
    }

    @Command(name = "check", description = "Check route files without a hub; exit code 1 when one is broken.")
    static final class Check extends Task {
        @Parameters(arity = "0..1", paramLabel = "DIR", description = "Folder of route files (default: routes/).")
        private Path folder;

        @Override
        public Integer call() {
            Path checked = folder == null ? root().home().resolve("routes") : folder;
            List<RouteCheck.Result> results;
            try {
                results = RouteCheck.check(checked);
            } catch (IOException e) {
                throw new CommandFailure(
                        "The folder " + checked + " cannot be read. Name the one with the route files.");
            }
            boolean broken = results.stream().anyMatch(result -> result.error().isPresent());
            if (wantsJson()) {
                print(Map.of(
                        "ok", !broken, "data", results.stream().map(Check::json).toList()));
                return broken ? 1 : 0;
            }
            results.forEach(result -> result.error()
                    .ifPresentOrElse(
                            error -> say(
                                    "%s", checked.resolve(error.file()) + ":" + error.line() + ": " + error.reason()),
                            () -> say("%s: ok, rule %s", checked.resolve(result.file()), result.rule())));
            if (results.isEmpty()) {
                say("There are no route files (*.yaml) in %s.", checked.toAbsolutePath());
            }
            return broken ? 1 : 0;
        }

        private static Map<String, Object> json(RouteCheck.Result result) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("file", result.file());
            json.put("rule", result.rule());
            json.put("line", result.error().map(RouteError::line).orElse(null));
            json.put("reason", result.error().map(RouteError::reason).orElse(null));
            return json;
        }
    }
}

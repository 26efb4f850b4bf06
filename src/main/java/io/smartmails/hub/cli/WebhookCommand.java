// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.hub.connector.ConfigurationError;
import io.smartmails.hub.connector.Connection;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.connector.SampleRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "webhook",
        description = "Send a webhook as the vendor would.",
        subcommands = {WebhookCommand.Send.class, WebhookCommand.Samples.class})
final class WebhookCommand {
    @Command(name = "send", description = "Sign a sample as the vendor does and post it to the hub.")
    static final class Send extends Task {
        @Parameters(index = "0", paramLabel = "CONNECTION", description = "Name in config/connections.yaml.")
        private String connection;

        @Parameters(index = "1", paramLabel = "TOPIC", description = "Topic or sample, such as orders/paid.")
        private String topic;

        @Option(
                names = "--set",
                paramLabel = "/POINTER=VALUE",
                description = "Change a place in the payload, such as /id=1002. May be repeated.")
        private Map<String, String> changes = new LinkedHashMap<>();

        @Option(
                names = "--event-id",
                paramLabel = "ID",
                description = "The vendor's event id; give the same one again to send a repeat (default: a new one).")
        private String eventId;

        @Option(names = "--file", paramLabel = "FILE", description = "Payload to send instead of the sample's.")
        private Path file;

        @Override
        public Integer call() {
            Connection target = connection(root(), connection);
            SampleRequest request = request(target);
            HubClient hub = hub();
            HttpResponse<String> answer = hub.open(request.path(), request.headers(), request.body());
            boolean accepted = answer.statusCode() / 100 == 2;
            String receipt = answer.headers().firstValue("X-Hub-Receipt").orElse(null);
            boolean duplicate = answer.headers()
                    .firstValue("X-Hub-Duplicate")
                    .map(Boolean::parseBoolean)
                    .orElse(false);
            String page = hub.address().resolve("/console/timeline/" + receipt).toString();
            if (wantsJson()) {
                Map<String, Object> json = new LinkedHashMap<>();
                json.put("status", answer.statusCode());
                json.put("receipt", receipt);
                json.put("duplicate", duplicate);
                json.put("console", receipt == null ? null : page);
                json.put("body", answer.body());
                print(json);
            } else if (accepted && receipt != null) {
                say("%d accepted%s", answer.statusCode(), duplicate ? ", a repeat of one the hub has already" : "");
                say("Receipt  %s", receipt);
                say("Story    ./hub why %s", receipt);
                say("         %s", page);
            } else {
                JsonNode problem = HubClient.read(answer.body());
                throw new CommandFailure(answer.statusCode() + " "
                        + problem.path("code").asText("") + " "
                        + problem.path("detail").asText(answer.body()));
            }
            return accepted ? 0 : 1;
        }

        private SampleRequest request(Connection target) {
            var random = new SecureRandom();
            String id = eventId == null ? new UUID(random.nextLong(), random.nextLong()).toString() : eventId;
            try {
                byte[] body = file == null ? null : Files.readAllBytes(file);
                return target.connector().samples().request(target, topic, id, changes, body);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(e.getMessage() + "\n'./hub webhook samples " + connection + "' lists them.");
            } catch (IOException e) {
                throw new CommandFailure(file + " cannot be read");
            }
        }
    }

    @Command(name = "samples", description = "List what 'webhook send' can send.")
    static final class Samples extends Task {
        @Parameters(paramLabel = "CONNECTION", description = "Name in config/connections.yaml.")
        private String connection;

        @Override
        public Integer call() {
            var names = connection(root(), connection).connector().samples().names();
            if (wantsJson()) {
                print(Map.of("data", names));
            } else {
                names.forEach(out()::println);
            }
            return 0;
        }
    }

    static Connectors connectors(HubCommand root) {
        try {
            return Connectors.load(root.home(), root.environment()::get);
        } catch (ConfigurationError e) {
            throw new CommandFailure(e.getMessage());
        }
    }

    private static Connection connection(HubCommand root, String name) {
        Connectors connectors = connectors(root);
        return connectors
                .connection(name)
                .orElseThrow(() -> new CommandFailure("There is no connection '" + name
                        + "' in " + root.home().resolve("config/connections.yaml") + "; it has "
                        + connectors.connections().stream()
                                .map(Connection::name)
                                .collect(Collectors.joining(", ", "", "."))));
    }
}

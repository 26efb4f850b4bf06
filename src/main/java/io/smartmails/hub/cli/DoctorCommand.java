// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "doctor", description = "Look for what is wrong, with what to do; exit code 1 when something is.")
final class DoctorCommand extends Task {
    private static final String SECRETS = "data/secrets";
    private static final String MARK = "data/secrets-backed-up";

    @Option(names = "--secrets-backed-up", description = "Remember that you have copied data/secrets to a safe place.")
    private boolean backedUp;

    /** @param state {@code ok}, {@code warn} or {@code fail} */
    private record Finding(String check, String state, String detail) {}

    private final List<Finding> findings = new ArrayList<>();

    @Override
    public Integer call() {
        HubClient hub = hub();
        try {
            readiness(hub);
            key(hub);
        } catch (CommandFailure e) {
            findings.add(new Finding("hub", "fail", e.getMessage()));
        }
        secrets(root().home());
        boolean sick = findings.stream().anyMatch(finding -> finding.state().equals("fail"));
        if (wantsJson()) {
            print(Map.of("ok", !sick, "data", findings));
        } else {
            var table = new Table("STATE", "CHECK", "DETAIL");
            findings.forEach(finding -> table.row(finding.state(), finding.check(), finding.detail()));
            table.print(out());
        }
        return sick ? 1 : 0;
    }

    private void readiness(HubClient hub) {
        var answer = hub.open("/actuator/health/readiness", Map.of(), null);
        String status = HubClient.read(answer.body()).path("status").asText("answered " + answer.statusCode());
        check(
                "ready",
                answer.statusCode() == 200,
                hub.address().url() + " is " + status,
                "; its log says which part is not, wait or look there");
    }

    private void key(HubClient hub) {
        JsonNode counts = hub.get("/admin/v1/counts");
        findings.add(new Finding("key", "ok", "the key from " + hub.address().keySource() + " is an admin key"));
        long dead = counts.path("dead").asLong();
        findings.add(new Finding(
                "dead letters",
                dead == 0 ? "ok" : "warn",
                dead == 0 ? "none" : dead + " receipts are dead; ./hub dead-letters list"));
        routes(hub.get("/admin/v1/routes").path("data"));
        JsonNode refusal = hub.get("/admin/v1/budget").path("refusal");
        check(
                "smartmails",
                refusal.isNull() || refusal.isMissingNode(),
                "the hub's key is " + (refusal.isTextual() ? "refused: " + refusal.asText() : "not refused"),
                "; set smartmails.api-key to a valid one");
    }

    private void routes(JsonNode routes) {
        int broken = 0;
        for (JsonNode route : routes) {
            if (route.hasNonNull("reason")) {
                broken++;
                findings.add(new Finding(
                        "routes",
                        "fail",
                        route.path("file").asText() + ":" + route.path("line").asInt() + ": "
                                + route.path("reason").asText()));
            }
        }
        if (broken == 0) {
            findings.add(
                    new Finding("routes", routes.isEmpty() ? "warn" : "ok", routes.size() + " rules, none broken"));
        }
    }

    private void secrets(Path home) {
        if (!Files.isDirectory(home.resolve(SECRETS))) {
            findings.add(
                    new Finding("secrets", "warn", home.resolve(SECRETS) + " is not here; run this in the hub's home"));
            return;
        }
        Path mark = home.resolve(MARK);
        if (backedUp) {
            try {
                Files.writeString(mark, "");
            } catch (IOException e) {
                throw new CommandFailure(mark + " cannot be written");
            }
        }
        boolean marked = Files.exists(mark);
        findings.add(new Finding(
                "secrets",
                marked ? "ok" : "warn",
                marked
                        ? "backed up, as you said"
                        : "copy " + home.resolve(SECRETS) + " to a safe place: without it no stored key works again."
                                + " Then: ./hub doctor --secrets-backed-up"));
    }

    private void check(String name, boolean good, String detail, String cure) {
        findings.add(new Finding(name, good ? "ok" : "fail", good ? detail : detail + cure));
    }
}

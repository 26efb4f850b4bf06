// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Checks a connector against its own samples: door, mapping and refusals, as the tests of this project and operators do. */
public final class ConnectorCheck {
    /** Samples are received at this moment, so that results do not change. */
    static final Instant RECEIVED = Instant.parse("2026-11-23T12:00:00Z");

    /** The attacks every verification must have a sample of, by scheme. */
    private static final List<String> HMAC_ATTACKS =
            List.of("missing-signature", "tampered-body", "wrong-secret", "wrong-signature");

    private static final List<String> PATH_ATTACKS = List.of("missing-secret", "wrong-secret");

    private final Connector connector;
    private final Connection connection;

    /** @param problems what does not hold, each with the place, what was expected and what came; empty is good */
    public record Result(String sample, List<String> problems) {}

    ConnectorCheck(Connector connector) {
        this.connector = connector;
        this.connection = connector.samples().connection();
    }

    /** @return one result per sample, and one named {@code coverage} for what has no sample */
    public static List<Result> run(Connector connector) {
        var check = new ConnectorCheck(connector);
        var results = new ArrayList<Result>();
        connector.samples().good().forEach(sample -> results.add(new Result(sample.name(), check.good(sample))));
        connector
                .samples()
                .rejects()
                .forEach(
                        sample -> results.add(new Result(Samples.REJECTS + "/" + sample.name(), check.reject(sample))));
        results.add(new Result("coverage", check.coverage()));
        return results;
    }

    private List<String> good(Samples.Sample sample) {
        try {
            var problems = new ArrayList<String>();
            compare("", read(sample, "event.json"), events(sample), problems);
            return problems;
        } catch (PermanentFailure | IllegalArgumentException e) {
            return List.of(e.getMessage());
        }
    }

    private List<String> reject(Samples.Sample sample) {
        if (!(admit(sample) instanceof Verdict.Rejected rejected)) {
            return List.of("it was admitted");
        }
        var problems = new ArrayList<String>();
        var actual = JsonNodeFactory.instance.objectNode();
        actual.put("status", rejected.status()).put("code", rejected.code());
        compare("", read(sample, "problem.json"), actual, problems);
        return problems;
    }

    private List<String> coverage() {
        var samples = connector.samples().good().stream()
                .map(Samples.Sample::topicName)
                .collect(Collectors.toSet());
        var problems = new ArrayList<String>();
        for (var topic : connector.topics()) {
            if (!samples.contains(topic)) {
                problems.add("the topic " + topic + " has no sample");
            }
        }
        var attacks = new TreeSet<String>();
        if (connector.hasWebhook()) {
            attacks.addAll(
                    connector.manifest().webhook().verification() instanceof Verification.Hmac
                            ? HMAC_ATTACKS
                            : PATH_ATTACKS);
        }
        connector.samples().rejects().stream().map(Samples.Sample::name).forEach(attacks::remove);
        attacks.forEach(attack -> problems.add("the attack rejects/" + attack + " has no sample"));
        return problems;
    }

    private Verdict admit(Samples.Sample sample) {
        var headers = sample.headers().entrySet().stream()
                .collect(Collectors.toMap(
                        header -> header.getKey().toLowerCase(Locale.ROOT), header -> List.of(header.getValue())));
        return connector.admit(connection, new InboundRequest(pathSecret(sample), headers, sample.body()));
    }

    /** What stands in the sample's {@code path-secret.txt} (empty: none was sent), otherwise the right one. */
    private String pathSecret(Samples.Sample sample) {
        var file = sample.folder().resolve("path-secret.txt");
        try {
            if (Files.exists(file)) {
                var written = Files.readString(file).strip();
                return written.isEmpty() ? null : written;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
        return connector.hasWebhook()
                        && connector.manifest().webhook().verification() instanceof Verification.PathSecret secret
                ? connection.required(secret.secret())
                : null;
    }

    /** The events of a sample in the shape of {@code event.json}: one object, or a list of none or several. */
    JsonNode events(Samples.Sample sample) {
        var events = deliveries(sample).stream()
                .flatMap(
                        delivery -> connector
                                .translate(
                                        connection, delivery.topic(), delivery.keptHeaders(), delivery.body(), RECEIVED)
                                .stream())
                .map(ConnectorCheck::tree)
                .toList();
        return events.size() == 1
                ? events.get(0)
                : JsonNodeFactory.instance.arrayNode().addAll(events);
    }

    private List<Delivery> deliveries(Samples.Sample sample) {
        for (var poll : connector.manifest().polls().values()) {
            if (Mappings.fileName(poll.topic()).equals(sample.topicName())) {
                return List.of(new Delivery(poll.topic(), sample.name(), Map.of(), sample.body()));
            }
        }
        var verdict = admit(sample);
        if (verdict instanceof Verdict.Rejected rejected) {
            throw new IllegalArgumentException("it was refused: " + rejected.reason());
        }
        var deliveries = ((Verdict.Admitted) verdict).deliveries();
        for (var delivery : deliveries) {
            if (!Mappings.fileName(delivery.topic()).equals(sample.topicName())) {
                throw new IllegalArgumentException(
                        "its topic is " + delivery.topic() + ", which is not its folder's name");
            }
        }
        return deliveries;
    }

    private static JsonNode tree(Event event) {
        var tree = new TreeMap<String, Object>();
        tree.put("type", event.type());
        tree.put("topic", event.topic());
        tree.put("subject", event.subject());
        tree.put("occurred_at", event.occurredAt().toString());
        if (event.contact() != null) {
            var contact = event.contact();
            var members = new TreeMap<String, Object>();
            members.put("source_id", contact.sourceId());
            members.put("email", contact.email());
            members.put("first_name", contact.firstName());
            members.put("last_name", contact.lastName());
            members.put("phone", contact.phone());
            members.put("company", contact.company());
            members.put("locale", contact.locale());
            members.put("timezone", contact.timezone());
            members.put("country", contact.country());
            members.put("city", contact.city());
            members.put("fields", contact.fields());
            members.put("tags", contact.tags());
            members.put(
                    "updated_at",
                    contact.updatedAt() == null ? null : contact.updatedAt().toString());
            if (contact.consent() != null) {
                var consent = new TreeMap<String, Object>();
                consent.put("state", contact.consent().state().name().toLowerCase(Locale.ROOT));
                consent.put("method", contact.consent().method());
                consent.put(
                        "at",
                        contact.consent().at() == null
                                ? null
                                : contact.consent().at().toString());
                consent.put("evidence", contact.consent().evidence());
                consent.values().removeIf(value -> value == null);
                members.put("consent", consent);
            }
            members.values().removeIf(value -> value == null || value.equals(List.of()) || value.equals(Map.of()));
            tree.put("contact", members);
        }
        tree.put("data", event.data());
        // Through bytes, so that numbers have the types that a read file has.
        try {
            return Payload.JSON.readTree(Payload.JSON.writeValueAsBytes(tree));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(Samples.Sample sample, String file) {
        try {
            return Payload.JSON.readTree(sample.folder().resolve(file).toFile());
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + " cannot be read: " + e.getClass().getSimpleName(), e);
        }
    }

    private static void compare(String pointer, JsonNode expected, JsonNode actual, List<String> problems) {
        if (expected.equals(actual)) {
            return;
        }
        var names = new TreeSet<String>();
        if (expected.isObject() && actual.isObject()) {
            expected.fieldNames().forEachRemaining(names::add);
            actual.fieldNames().forEachRemaining(names::add);
            names.forEach(name -> compare(pointer + "/" + name, expected.path(name), actual.path(name), problems));
        } else if (expected.isArray() && actual.isArray() && expected.size() == actual.size()) {
            for (int i = 0; i < expected.size(); i++) {
                compare(pointer + "/" + i, expected.get(i), actual.get(i), problems);
            }
        } else {
            problems.add(
                    (pointer.isEmpty() ? "/" : pointer) + ": expected " + shown(expected) + ", came " + shown(actual));
        }
    }

    private static String shown(JsonNode node) {
        return node.isMissingNode() ? "nothing" : node.toString();
    }
}

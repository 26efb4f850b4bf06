// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.w3c.dom.Element;

/** Makes a stored sample into a call that a connection's vendor could have sent just now. */
final class SampleSigner {
    private final Connection connection;
    private final Webhook webhook;
    private final Manifest.Fresh fresh;
    private final InstantSource clock;

    SampleSigner(Connection connection, InstantSource clock) {
        this.connection = connection;
        this.webhook = connection.connector().manifest().webhook();
        this.fresh = connection.connector().manifest().fresh();
        this.clock = clock;
    }

    SampleRequest sign(Samples.Sample sample, String id, Map<String, String> changes) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(sample.headers());
        fresh.ids().forEach(term -> setHeader(headers, term, id));
        fresh.times().forEach(term -> setHeader(headers, term, clock.instant().toString()));
        webhook.matches()
                .forEach((header, setting) -> connection
                        .setting(setting)
                        .ifPresent(value -> headers.put(
                                webhook.headers().names().get(header).get(0), value)));
        var body = webhook.format() == Payload.Format.XML ? xml(sample, id, changes) : json(sample, id, changes);
        var path = "/webhooks/" + connection.name();
        if (webhook.verification() instanceof Verification.Hmac hmac) {
            headers.put(
                    webhook.headers().names().get(hmac.header()).get(0),
                    hmac.signature(connection.required(hmac.secrets().get(0)), body));
        } else if (webhook.verification() instanceof Verification.PathSecret secret) {
            path += "/"
                    + URLEncoder.encode(connection.required(secret.secret()), StandardCharsets.UTF_8)
                            .replace("+", "%20");
        }
        return new SampleRequest(path, headers, body);
    }

    private void setHeader(Map<String, String> headers, DeliveryTerm term, String value) {
        if (term.pointer() == null) {
            headers.put(webhook.headers().names().get(term.text()).get(0), value);
        }
    }

    private Map<Pointer, String> edits(String id, Map<String, String> changes) {
        var edits = new LinkedHashMap<Pointer, String>();
        fresh.ids().stream().filter(term -> term.pointer() != null).forEach(term -> edits.put(term.pointer(), id));
        fresh.times().stream()
                .filter(term -> term.pointer() != null)
                .forEach(term -> edits.put(term.pointer(), clock.instant().toString()));
        changes.forEach((pointer, value) -> edits.put(Pointer.of(pointer), value));
        return edits;
    }

    private byte[] json(Samples.Sample sample, String id, Map<String, String> changes) {
        var edits = edits(id, changes);
        if (edits.isEmpty()) {
            return sample.body();
        }
        try {
            var tree = Payload.JSON.readTree(sample.body());
            edits.forEach((pointer, value) -> set(tree, pointer, value));
            return Payload.JSON.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the sample " + sample.name() + " is not JSON", e);
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory cannot be read", e);
        }
    }

    private static void set(JsonNode tree, Pointer pointer, String value) {
        var parent = new Pointer(
                        pointer.text(),
                        pointer.steps().subList(0, pointer.steps().size() - 1))
                .in(tree);
        var last = pointer.steps().get(pointer.steps().size() - 1);
        var node = pointer.in(tree).isNumber()
                ? number(value)
                : Payload.JSON.getNodeFactory().textNode(value);
        if (parent instanceof ObjectNode members) {
            members.set(last, node);
        } else if (parent instanceof ArrayNode elements
                && last.matches("\\d{1,6}")
                && elements.has(Integer.parseInt(last))) {
            elements.set(Integer.parseInt(last), node);
        } else {
            throw new IllegalArgumentException("the sample has nothing at " + pointer);
        }
    }

    private static JsonNode number(String value) {
        var nodes = Payload.JSON.getNodeFactory();
        try {
            return value.matches("-?\\d+")
                    ? nodes.numberNode(new BigInteger(value))
                    : nodes.numberNode(new BigDecimal(value));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + value + "' must be a number, as in the sample", e);
        }
    }

    private byte[] xml(Samples.Sample sample, String id, Map<String, String> changes) {
        try {
            var root = XmlTree.parse(sample.body());
            List<Element> parts = new ArrayList<>();
            var whole = root;
            if (webhook.split() == null) {
                parts.add(root);
            } else {
                var batch = webhook.split().in(root);
                whole = batch.whole();
                parts.addAll(batch.parts());
            }
            if (webhook.verification() instanceof Verification.PathSecret secret) {
                for (var field : secret.fields()) {
                    var account = connection.setting(field.setting());
                    if (account.isPresent()) {
                        XmlTree.set(whole, field.at(), account.get());
                    }
                }
            }
            for (int i = 0; i < parts.size(); i++) {
                var part = parts.get(i);
                var edits = i == 0 ? edits(id, changes) : edits(id + "-" + (i + 1), Map.of());
                edits.forEach((pointer, value) -> XmlTree.set(part, pointer, value));
            }
            return XmlTree.bytes(root);
        } catch (Payload.Unreadable e) {
            throw new IllegalArgumentException(
                    "the sample " + sample.name() + " is not acceptable: " + e.getMessage(), e);
        }
    }
}

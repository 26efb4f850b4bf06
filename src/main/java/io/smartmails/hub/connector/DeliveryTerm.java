// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.problem.NearestName;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value that describes a delivery at the door: a declared header by its short name, {@code /a/pointer} into the body,
 * {@code topic}, or {@code body} for a hash of the bytes.
 *
 * @param pointer set when the value stands in the body
 */
record DeliveryTerm(String text, Pointer pointer) {
    private static final String TOPIC = "topic";
    private static final String BODY = "body";

    /** Where values are taken from; the body is parsed at most once, and only when a pointer asks for it. */
    static final class Source {
        private final VendorHeaders names;
        private final Map<String, List<String>> headers;
        private final Payload.Format format;
        private final byte[] body;
        private JsonNode tree;

        /** @param tree the body when it has been parsed already, otherwise null */
        Source(
                VendorHeaders names,
                Map<String, List<String>> headers,
                Payload.Format format,
                byte[] body,
                JsonNode tree) {
            this.names = names;
            this.headers = headers;
            this.format = format;
            this.body = body;
            this.tree = tree;
        }

        private JsonNode tree() throws Payload.Unreadable {
            if (tree == null) {
                tree = Payload.read(format, body);
            }
            return tree;
        }
    }

    static DeliveryTerm read(YamlPlace place, VendorHeaders headers) {
        var text = place.text();
        if (text.startsWith("/")) {
            return new DeliveryTerm(text, Pointer.read(place));
        }
        if (!headers.knows(text) && !text.equals(TOPIC) && !text.equals(BODY)) {
            var known = new ArrayList<>(headers.names().keySet());
            known.addAll(List.of(TOPIC, BODY));
            throw place.error(
                    "'" + text + "' is neither a declared header nor a pointer" + NearestName.hint(text, known));
        }
        return new DeliveryTerm(text, null);
    }

    /** @param topic the topic once it is known; null while it is being looked for */
    Optional<String> value(Source source, String topic) throws VendorHeaders.Ambiguous, Payload.Unreadable {
        if (pointer != null) {
            var node = pointer.in(source.tree());
            return node.isValueNode() && !node.isNull() && !node.asText().isBlank()
                    ? Optional.of(node.asText())
                    : Optional.empty();
        }
        if (text.equals(TOPIC) && topic != null) {
            return Optional.of(topic);
        }
        return text.equals(BODY) ? Optional.of(hash(source.body)) : source.names.value(text, source.headers);
    }

    static String hash(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}

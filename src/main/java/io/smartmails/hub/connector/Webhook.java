// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.problem.NearestName;
import io.smartmails.problem.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The {@code webhook:} part of a manifest, and the decision it describes.
 *
 * @param split how a batch is cut; null when a call is one delivery
 * @param matches headers that must equal a setting of the connection when that setting is there, by setting name
 * @param dedupe alternatives in order of preference; each is joined from terms that must all be there
 */
record Webhook(
        Payload.Format format,
        VendorHeaders headers,
        Verification verification,
        Map<String, String> matches,
        BatchSplit split,
        DeliveryTerm topic,
        List<List<DeliveryTerm>> dedupe,
        Answer accept,
        int unverifiedStatus,
        int malformedStatus) {

    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9_./-]{1,100}");
    private static final int MAX_DEDUPE_CHARACTERS = 255;

    static Webhook read(YamlPlace place, Map<String, Setting> settings) {
        place.allow("body", "headers", "verify", "matches", "split", "topic", "dedupe", "accept", "reject");
        var headers = place.find("headers").map(VendorHeaders::read).orElse(new VendorHeaders(Map.of()));
        var reject = place.get("reject").allow("unverified", "malformed");
        var dedupe = new ArrayList<List<DeliveryTerm>>();
        for (var alternative : place.get("dedupe").items()) {
            dedupe.add(alternative.items().stream()
                    .map(term -> DeliveryTerm.read(term, headers))
                    .toList());
        }
        return new Webhook(
                place.get("body").choice(Payload.Format.class),
                headers,
                Verification.read(place.get("verify"), settings, headers),
                matches(place, settings, headers),
                place.find("split").map(BatchSplit::read).orElse(null),
                DeliveryTerm.read(place.get("topic"), headers),
                dedupe,
                answer(place.get("accept")),
                reject.get("unverified").number(400, 499),
                reject.get("malformed").number(400, 499));
    }

    private static Map<String, String> matches(YamlPlace place, Map<String, Setting> settings, VendorHeaders headers) {
        var matches = new LinkedHashMap<String, String>();
        place.find("matches").map(YamlPlace::members).orElse(Map.of()).forEach((header, setting) -> {
            if (!headers.knows(header)) {
                throw setting.error("header '" + header + "' is not declared under 'headers'"
                        + NearestName.hint(header, headers.names().keySet()));
            }
            matches.put(header, Verification.known(setting, settings));
        });
        return matches;
    }

    private static Answer answer(YamlPlace place) {
        place.allow("status", "content-type", "body");
        return new Answer(
                place.get("status").number(200, 299),
                place.find("content-type").map(YamlPlace::text).orElse(null),
                place.find("body").map(YamlPlace::text).orElse("").strip().getBytes(StandardCharsets.UTF_8));
    }

    Verdict admit(Connection connection, InboundRequest request) {
        var refusal = verification.refusal(connection, request, headers);
        if (refusal.isPresent()) {
            return unverified(refusal.get());
        }
        try {
            for (var match : matches.entrySet()) {
                var expected = connection.setting(match.getValue());
                if (expected.isPresent()
                        && !headers.value(match.getKey(), request.headers())
                                .map(expected.get()::equalsIgnoreCase)
                                .orElse(false)) {
                    return unverified("the call is for another account than this connection's " + match.getValue());
                }
            }
            return split == null ? single(connection, request) : batch(connection, request);
        } catch (VendorHeaders.Ambiguous | Payload.Unreadable e) {
            return malformed(e.getMessage());
        }
    }

    private Verdict single(Connection connection, InboundRequest request)
            throws VendorHeaders.Ambiguous, Payload.Unreadable {
        var tree = verification.readsBody() ? Payload.read(format, request.body()) : null;
        if (tree != null) {
            var other = verification.refusal(connection, tree);
            if (other.isPresent()) {
                return unverified(other.get());
            }
        }
        return admitted(request, List.of(new DeliverySource(request.body(), tree)));
    }

    private Verdict batch(Connection connection, InboundRequest request)
            throws VendorHeaders.Ambiguous, Payload.Unreadable {
        var batch = split.open(request.body());
        var other = verification.refusal(connection, XmlTree.of(batch.whole()));
        if (other.isPresent()) {
            return unverified(other.get());
        }
        if (batch.parts().isEmpty()) {
            return malformed("the message holds no " + split.each());
        }
        if (batch.parts().size() > split.max()) {
            return malformed("the message holds " + batch.parts().size() + " of " + split.each() + "; at most "
                    + split.max() + " are allowed");
        }
        return admitted(
                request,
                batch.parts().stream()
                        .map(part -> new DeliverySource(XmlTree.bytes(part), XmlTree.of(part)))
                        .toList());
    }

    /** @param tree null while nothing has asked for it */
    @SuppressWarnings("ArrayRecordComponent")
    private record DeliverySource(byte[] body, JsonNode tree) {}

    private Verdict admitted(InboundRequest request, List<DeliverySource> parts)
            throws VendorHeaders.Ambiguous, Payload.Unreadable {
        var kept = headers.keep(request.headers(), verification.proofHeader());
        var deliveries = new ArrayList<Delivery>();
        for (var part : parts) {
            var source = new DeliveryTerm.Source(headers, request.headers(), format, part.body(), part.tree());
            var name = topic.value(source, null);
            if (name.isEmpty()) {
                return malformed("the topic (" + topic.text() + ") is missing");
            }
            if (!TOPIC.matcher(name.get()).matches()) {
                return malformed("the topic (" + topic.text() + ") is not a topic name");
            }
            var id = dedupeId(source, name.get());
            if (id.isEmpty()) {
                return malformed("nothing tells one delivery from another; wanted is " + dedupe);
            }
            deliveries.add(new Delivery(name.get(), id.get(), kept, part.body()));
        }
        return new Verdict.Admitted(deliveries);
    }

    private Optional<String> dedupeId(DeliveryTerm.Source source, String name)
            throws VendorHeaders.Ambiguous, Payload.Unreadable {
        for (var alternative : dedupe) {
            var values = new ArrayList<String>();
            for (var term : alternative) {
                term.value(source, name).ifPresent(values::add);
            }
            if (values.size() == alternative.size()) {
                var id = String.join("|", values);
                return Optional.of(
                        id.length() <= MAX_DEDUPE_CHARACTERS
                                ? id
                                : DeliveryTerm.hash(id.getBytes(StandardCharsets.UTF_8)));
            }
        }
        return Optional.empty();
    }

    private Verdict unverified(String reason) {
        return new Verdict.Rejected(unverifiedStatus, ProblemCode.SIGNATURE_MISMATCH.code(), reason);
    }

    private Verdict malformed(String reason) {
        return new Verdict.Rejected(malformedStatus, ProblemCode.INVALID_REQUEST.code(), reason);
    }
}

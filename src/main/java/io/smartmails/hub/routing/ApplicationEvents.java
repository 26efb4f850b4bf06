// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.queue.Envelope;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The mapping of {@code POST /v1/events}: these come in canonical form already, so no connector folder describes them. The
 * caller's properties are the event's data; {@code value}, {@code currency} and {@code source} lie beside them unless the
 * properties name them too. Its subject is the caller's {@code dedupe_id}, so that a rule mails once for it.
 */
final class ApplicationEvents {
    private static final String CONNECTOR = "api";
    private static final TypeReference<LinkedHashMap<String, Object>> MAP = new TypeReference<>() {};
    private static final TypeReference<List<String>> TEXTS = new TypeReference<>() {};
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final Function<String, Optional<String>> emailOfContact;

    /** @param emailOfContact address of a contact of the ledger by its id */
    ApplicationEvents(Function<String, Optional<String>> emailOfContact) {
        this.emailOfContact = emailOfContact;
    }

    static boolean isOne(Envelope envelope) {
        return envelope.connector().equals(CONNECTOR);
    }

    Event translate(Envelope envelope) {
        JsonNode body;
        try {
            body = JSON.readTree(envelope.body());
        } catch (IOException e) {
            throw new PermanentFailure("the journalled event is no JSON", e);
        }
        Instant occurred = body.hasNonNull("occurred_at")
                ? OffsetDateTime.parse(body.get("occurred_at").asText()).toInstant()
                : envelope.receivedAt();
        Map<String, Object> data = new LinkedHashMap<>();
        for (String name : List.of("value", "currency", "source")) {
            if (body.hasNonNull(name)) {
                data.put(name, JSON.convertValue(body.get(name), Object.class));
            }
        }
        if (body.hasNonNull("properties")) {
            data.putAll(JSON.convertValue(body.get("properties"), MAP));
        }
        return new Event(
                body.path("name").asText(),
                CONNECTOR,
                envelope.connection(),
                envelope.topic(),
                body.hasNonNull("dedupe_id") ? body.get("dedupe_id").asText() : envelope.id(),
                occurred,
                contact(body.path("contact"), occurred),
                data);
    }

    private Contact contact(JsonNode said, Instant at) {
        String email = text(said, "email");
        if (email == null && said.hasNonNull("id")) {
            email = emailOfContact.apply(text(said, "id")).orElse(null);
        }
        return new Contact(
                text(said, "external_id"),
                email,
                text(said, "first_name"),
                text(said, "last_name"),
                text(said, "phone"),
                text(said, "company"),
                text(said, "locale"),
                text(said, "timezone"),
                text(said, "country"),
                text(said, "city"),
                said.hasNonNull("fields") ? JSON.convertValue(said.get("fields"), MAP) : null,
                said.hasNonNull("tags") ? JSON.convertValue(said.get("tags"), TEXTS) : null,
                null,
                at);
    }

    private static String text(JsonNode node, String name) {
        return node.hasNonNull(name) ? node.get(name).asText() : null;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.failure.TransientFailure;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The calls that keep SmartMails' lists, suppressions and archive in step with the hub's ledger. One request each, like
 * those of {@link SmartMailsClient}, and with the same failures.
 */
public final class LedgerClient {
    private static final Duration CALL_TIME = Duration.ofSeconds(10);
    private static final Duration BATCH_TIME = Duration.ofSeconds(30);
    private static final String NOT_FOUND = "not_found";

    private final ApiCall api;

    public LedgerClient(SmartMailsSettings settings, InstantSource clock) {
        this.api = new ApiCall(settings, clock);
    }

    /**
     * Creates a list, or finds that one of its name is there already.
     *
     * @return its id, and whether it was there
     */
    public Made createList(Map<String, Object> fields) {
        ApiCall.Answer answer = api.exchange("POST", "/lists", ApiCall.JSON.valueToTree(fields), CALL_TIME);
        if (answer.status() == 409 && answer.body().hasNonNull("existing_id")) {
            return new Made(answer.body().path("existing_id").asText(), true);
        }
        return new Made(required(answer).path("id").asText(), false);
    }

    public record Made(String id, boolean wasThere) {}

    /** @return false when there is no such list */
    public boolean updateList(String id, Map<String, Object> fields) {
        return found(api.exchange("PUT", "/lists/" + encoded(id), ApiCall.JSON.valueToTree(fields), CALL_TIME))
                .isPresent();
    }

    /** Also when it was gone already. */
    public void deleteList(String id) {
        found(api.exchange("DELETE", "/lists/" + encoded(id), null, CALL_TIME));
    }

    /**
     * Adds suppressions.
     *
     * @return the codes of those that were refused
     */
    public List<String> suppress(List<Map<String, Object>> items) {
        ObjectNode body = ApiCall.JSON.createObjectNode();
        body.set("items", ApiCall.JSON.valueToTree(items));
        JsonNode results = required(api.exchange("POST", "/suppressions", body, BATCH_TIME))
                .path("results");
        return results.valueStream()
                .filter(result -> result.path("status").asText().equals("failed"))
                .map(result -> result.path("error").path("code").asText("failed"))
                .toList();
    }

    /** Also when it was not suppressed; the operator's order holds for complaints too. */
    public void release(String email) {
        found(api.exchange("DELETE", "/suppressions/" + encoded(email) + "?force=true", null, CALL_TIME));
    }

    /** Archives contacts; unknown ones are no failure. */
    public void archive(Collection<String> references) {
        ObjectNode body = ApiCall.JSON.createObjectNode();
        ArrayNode contacts = body.putArray("contacts");
        references.forEach(contacts::add);
        required(api.exchange("POST", "/contacts/remove", body, BATCH_TIME));
    }

    private static Optional<JsonNode> found(ApiCall.Answer answer) {
        return answer.status() == 404 && answer.code().equals(NOT_FOUND)
                ? Optional.empty()
                : Optional.of(required(answer));
    }

    private static JsonNode required(ApiCall.Answer answer) {
        if (answer.status() == 404) {
            throw ApiCall.notOurs(answer);
        }
        if (!answer.ok()) {
            throw answer.body().path("retryable").asBoolean()
                    ? new TransientFailure("SmartMails answered " + ApiCall.told(answer), Duration.ZERO)
                    : ApiCall.refused(answer);
        }
        return answer.body();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The calls of the SmartMails contract that the hub makes. Every method is one request, and none
 * is repeated here; whoever calls has taken a token of the budget before.
 *
 * <p>All throw {@link TransientFailure}, {@link Throttled}, {@link KeyRefused}, and {@code PermanentFailure} when the
 * request as a whole is refused. Time-outs: 3 s to connect, 10 s for a call, 30 s for a batch. Safe for many threads.
 */
public final class SmartMailsClient {
    /** The longest any call may take, connecting included. */
    public static final Duration LONGEST_CALL = Duration.ofSeconds(33);

    private static final Duration CALL_TIME = Duration.ofSeconds(10);
    private static final Duration BATCH_TIME = Duration.ofSeconds(30);
    private static final int PAGE = 1000;
    private static final String UNKNOWN_STATUS = "SmartMails told a status that is not known";

    /** 401 or 403: nothing is wrong with the items, and no call can succeed before somebody changes the key or account. */
    public static final class KeyRefused extends RuntimeException {
        KeyRefused(String message) {
            super(message);
        }
    }

    /** 429: nobody may call before {@link #after}. */
    public static final class Throttled extends RuntimeException {
        private final Duration after;

        private final boolean quota;

        Throttled(String message, Duration after, boolean quota) {
            super(message);
            this.after = after;
            this.quota = quota;
        }

        /** Whether a day's or month's quota is used up, which says nothing about requests in a minute. */
        public boolean isQuota() {
            return quota;
        }

        public Duration after() {
            return after;
        }
    }

    /** 403 for what one kind of call needs: the key may do other things. */
    public static final class ScopeMissing extends RuntimeException {
        ScopeMissing(String message) {
            super(message);
        }
    }

    /** As the cause of a {@code TransientFailure}: SmartMails may have done the work all the same. */
    public static final class Uncertain extends RuntimeException {
        private final boolean nonsense;

        Uncertain(boolean nonsense) {
            super("the outcome is not known", null, false, false);
            this.nonsense = nonsense;
        }

        /** Whether there was an answer, which made no sense. */
        public boolean isNonsense() {
            return nonsense;
        }
    }

    private final ApiCall api;

    public SmartMailsClient(SmartMailsSettings settings, InstantSource clock) {
        this.api = new ApiCall(settings, clock);
    }

    /** @param listener gets what the headers of every answer say about the limit, on the thread of the call */
    public void onAnswer(Consumer<RateTold> listener) {
        api.onAnswer(listener);
    }

    /**
     * @param messages each with a {@code dedupe_id}
     * @return one result per message, in order; also when all were rejected
     */
    public List<SendResult> sendBatch(List<JsonNode> messages) {
        ObjectNode body = ApiCall.JSON.createObjectNode().put("on_error", "continue");
        body.putArray("messages").addAll(messages);
        ApiCall.Answer answer = api.exchange("POST", "/messages/batch", body, BATCH_TIME);
        boolean itemsTold = answer.status() == 422
                && answer.body().path("results").size() == messages.size()
                && !messages.isEmpty();
        List<JsonNode> results = results(itemsTold ? answer : required(answer), messages.size());
        Map<String, JsonNode> ids = new HashMap<>();
        List<SendResult> told = new ArrayList<>(results.size());
        for (int i = 0; i < results.size(); i++) {
            JsonNode ours = messages.get(i).path("dedupe_id");
            JsonNode theirs = results.get(i).path("dedupe_id");
            SendResult result = sendResult(results.get(i));
            JsonNode other = result.id() == null ? null : ids.put(result.id(), ours);
            if (theirs.isTextual() && !theirs.equals(ours) || other != null && !other.equals(ours)) {
                throw api.nonsense(answer, "results that belong to other items");
            }
            told.add(result);
        }
        senseOf(answer, told.stream().noneMatch(result -> result.status() == SendResult.Status.UNCLEAR));
        return told;
    }

    private void senseOf(ApiCall.Answer answer, boolean all) {
        if (all) {
            api.makesSense(answer);
        } else {
            api.nonsense(answer, "an item of a status that is not known");
        }
    }

    private static SendResult sendResult(JsonNode item) {
        String status = item.path("status").asText("");
        JsonNode error = item.path("error");
        return switch (status) {
            case "accepted" ->
                // The contract tells a repeat by its status; some servers by a flag.
                new SendResult(
                        item.path("duplicate").asBoolean() ? SendResult.Status.DUPLICATE : SendResult.Status.ACCEPTED,
                        item.path("id").asText(null),
                        null,
                        null);
            case "duplicate" ->
                new SendResult(SendResult.Status.DUPLICATE, item.path("id").asText(null), null, null);
            case "dropped" ->
                new SendResult(
                        SendResult.Status.DROPPED,
                        item.path("id").asText(null),
                        null,
                        ApiCall.clean(item.path("reason").asText("suppressed")));
            case "rejected" ->
                new SendResult(
                        SendResult.Status.REJECTED, null, error.path("code").asText("rejected"), detail(error));
            default -> new SendResult(SendResult.Status.UNCLEAR, null, null, UNKNOWN_STATUS);
        };
    }

    /**
     * Creates or updates contacts, matched by external id, then address; two contacts that turn out to be one are merged.
     *
     * @param namespaces of the external ids in the batch
     * @return one result per contact, in order
     */
    public List<ContactResult> upsertContacts(List<JsonNode> contacts, List<String> namespaces) {
        ObjectNode body = ApiCall.JSON.createObjectNode().put("mode", "upsert");
        ArrayNode match = body.putArray("match_on");
        namespaces.forEach(namespace -> match.add("external_id:" + namespace));
        match.add("email");
        // Only a consent newer than the opt-out brings anybody back; the ledger sends its time along.
        body.put("resubscribe", true).put("merge", true).put("on_error", "continue");
        body.putArray("contacts").addAll(contacts);
        ApiCall.Answer answer = required(api.exchange("POST", "/contacts/batch", body, BATCH_TIME));
        List<ContactResult> told = results(answer, contacts.size()).stream()
                .map(SmartMailsClient::contactResult)
                .toList();
        senseOf(answer, told.stream().noneMatch(result -> result.status() == ContactResult.Status.UNCLEAR));
        return told;
    }

    private static ContactResult contactResult(JsonNode item) {
        String status = item.path("status").asText("");
        JsonNode error = item.path("error");
        return switch (status) {
            case "created", "updated", "unchanged", "stale" ->
                new ContactResult(
                        ContactResult.Status.valueOf(status.toUpperCase(Locale.ROOT)),
                        item.path("id").asText(null),
                        item.path("kept_status").asText(null),
                        null,
                        null);
            case "failed" ->
                new ContactResult(
                        ContactResult.Status.FAILED,
                        null,
                        null,
                        error.path("code").asText("failed"),
                        detail(error));
            default -> new ContactResult(ContactResult.Status.UNCLEAR, null, null, null, UNKNOWN_STATUS);
        };
    }

    /** For an item whose result says nothing that is known. */
    public static TransientFailure unclear(String detail) {
        return new TransientFailure(detail, Duration.ZERO, new Uncertain(true));
    }

    private static String detail(JsonNode error) {
        return ApiCall.clean(error.path("detail").asText("no reason given"));
    }

    /** In the order of the items, by the index each result names; all of them, or nothing is believed. */
    private List<JsonNode> results(ApiCall.Answer answer, int expected) {
        JsonNode results = answer.body().path("results");
        if (results.size() != expected) {
            throw api.nonsense(answer, results.size() + " results for " + expected + " items");
        }
        JsonNode[] inOrder = new JsonNode[expected];
        for (int i = 0; i < expected; i++) {
            int index = results.get(i).path("index").asInt(i);
            if (index < 0 || index >= expected || inOrder[index] != null) {
                throw api.nonsense(answer, "results whose indexes are wrong");
            }
            inOrder[index] = results.get(i);
        }
        return List.of(inOrder);
    }

    /** The id of the message that SmartMails took under a dedupe id; empty when it knows none. */
    public Optional<String> messageOf(String dedupeId) {
        ApiCall.Answer answer =
                required(api.exchange("GET", "/messages?limit=1&dedupe_id=" + encoded(dedupeId), null, CALL_TIME));
        JsonNode found = answer.body().path("data");
        if (!found.isArray()) {
            throw api.nonsense(answer, "no list of messages");
        }
        for (JsonNode message : found) {
            // A server that does not know the filter answers with whatever it has.
            if (message.path("dedupe_id").asText(dedupeId).equals(dedupeId)) {
                return Optional.of(message.path("id").asText(""));
            }
        }
        return Optional.empty();
    }

    /** Ids of all lists by name; the contract allows an account as many as one page holds. */
    public Map<String, String> lists() {
        Map<String, String> ids = new HashMap<>();
        required(api.exchange("GET", "/lists?limit=" + PAGE, null, CALL_TIME))
                .body()
                .path("data")
                .forEach(list ->
                        ids.put(list.path("name").asText(), list.path("id").asText()));
        return ids;
    }

    /** Creates a list, or finds that it is there already. */
    public String ensureList(String name) {
        ObjectNode body = ApiCall.JSON.createObjectNode().put("name", name);
        ApiCall.Answer answer = api.exchange("POST", "/lists", body, CALL_TIME);
        if (answer.status() == 409 && answer.body().hasNonNull("existing_id")) {
            return answer.body().path("existing_id").asText();
        }
        return required(answer).body().path("id").asText();
    }

    public Optional<JsonNode> template(String alias) {
        return found(api.exchange("GET", "/templates/" + encoded(alias), null, CALL_TIME));
    }

    /** @return false when there is no template of this alias to change */
    public boolean updateTemplate(String alias, JsonNode template) {
        return found(api.exchange("PUT", "/templates/" + encoded(alias) + "?mode=replace", template, CALL_TIME))
                .isPresent();
    }

    /** @return false when there is a template of this alias already */
    public boolean createTemplate(JsonNode template) {
        ApiCall.Answer answer = api.exchange("POST", "/templates", template, CALL_TIME);
        return !(answer.status() == 409 && answer.code().equals("already_exists"))
                && required(answer).ok();
    }

    /** From now on sends use what was put last. */
    public void publishTemplate(String alias) {
        required(api.exchange("POST", "/templates/" + encoded(alias) + "/publish", null, CALL_TIME));
    }

    /** A message with its status, as SmartMails tells it. */
    public Optional<JsonNode> message(String id) {
        return found(api.exchange("GET", "/messages/" + encoded(id), null, CALL_TIME));
    }

    /**
     * The mails the capture server took, newest first. Costs nothing of the budget.
     *
     * @param to address to filter by; null for all
     * @return empty when this SmartMails has no capture server
     */
    public Optional<JsonNode> inbox(String to, int limit) {
        String filter = to == null || to.isBlank() ? "" : "&to=" + encoded(to);
        ApiCall.Answer answer = api.exchange("GET", "/inbox?limit=" + limit + filter, null, CALL_TIME);
        return answer.status() == 404
                ? Optional.empty()
                : Optional.of(required(answer).body());
    }

    public JsonNode ping() {
        return required(api.exchange("GET", "/ping", null, CALL_TIME)).body();
    }

    /** The account as SmartMails describes it. */
    public JsonNode account() {
        return required(api.exchange("GET", "/account", null, CALL_TIME)).body();
    }

    /** What the account allows; the contract's default for what it does not tell. */
    public Limits limits() {
        JsonNode account = account();
        JsonNode limits = account.path("limits");
        JsonNode bytes = limits.path("max_body_bytes");
        Set<String> can = new HashSet<>();
        account.path("capabilities").forEach(capability -> can.add(capability.asText()));
        return new Limits(
                Math.max(0, limits.path("requests_per_minute").asInt(0)),
                Math.max(1, limits.path("messages_per_batch").asInt(Limits.DEFAULT.messagesPerBatch())),
                Math.max(1, limits.path("contacts_per_batch").asInt(Limits.DEFAULT.contactsPerBatch())),
                Math.max(1, bytes.path("messages_batch").asLong(Limits.DEFAULT.messagesBytes())),
                Math.max(1, bytes.path("contacts_batch").asLong(Limits.DEFAULT.contactsBytes())),
                can.isEmpty() || can.contains("messages.dedupe"));
    }

    private static Optional<JsonNode> found(ApiCall.Answer answer) {
        return answer.status() == 404 && answer.code().equals("not_found")
                ? Optional.empty()
                : Optional.of(required(answer).body());
    }

    private static ApiCall.Answer required(ApiCall.Answer answer) {
        if (answer.status() == 404) {
            throw ApiCall.notOurs(answer);
        }
        if (!answer.ok()) {
            throw refusal(answer);
        }
        return answer;
    }

    private static RuntimeException refusal(ApiCall.Answer answer) {
        return answer.body().path("retryable").asBoolean()
                ? new TransientFailure("SmartMails answered " + ApiCall.told(answer), Duration.ZERO)
                : ApiCall.refused(answer);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.gateway.BodyReader;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.gateway.GatewayFilter;
import io.smartmails.hub.gateway.ProblemWriter;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.queue.Receipt;
import io.smartmails.hub.timeline.Story;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * The SmartMails API for applications, as far as it is accepted and paced here: {@code POST /v1/messages}, {@code POST
 * /v1/messages/batch}, {@code GET /v1/messages/{id}}, {@code GET /v1/ping}. Paths, bodies and answers are the contract's.
 */
final class MessageServlet extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(MessageServlet.class);
    private static final int MAX_MESSAGE_BYTES = 15 * 1024 * 1024;
    private static final int MAX_BATCH_BYTES = 20 * 1024 * 1024;
    private static final int MAX_BATCH_ITEMS = 500;
    private static final int MAX_DEPTH = 64;
    private static final Duration BODY_TIME = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_BATCH_BYTES)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final transient MessageIntake intake;
    private final transient StoryStore stories;
    private final transient Pressure pressure;
    private final transient InstantSource clock;

    MessageServlet(MessageIntake intake, StoryStore stories, Pressure pressure, InstantSource clock) {
        this.intake = intake;
        this.stories = stories;
        this.pressure = pressure;
        this.clock = clock;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getPathInfo() == null ? "" : request.getPathInfo();
        Caller caller = (Caller) request.getAttribute(Caller.ATTRIBUTE);
        try {
            switch (path) {
                case "/ping" -> {
                    allow(request, "GET");
                    answer(
                            response,
                            200,
                            Map.of(
                                    "ok",
                                    true,
                                    "mode",
                                    "live",
                                    "time",
                                    clock.instant().toString()));
                }
                case "/messages" -> {
                    allow(request, "POST");
                    GatewayFilter.require(caller, "messages:send");
                    pressure.requireRoom();
                    acceptOne(request, response, caller);
                }
                case "/messages/batch" -> {
                    allow(request, "POST");
                    GatewayFilter.require(caller, "messages:send");
                    pressure.requireRoom();
                    acceptBatch(request, response, caller);
                }
                default -> {
                    if (!path.matches("/messages/[A-Za-z0-9_]+")) {
                        throw Problem.of(
                                        ProblemCode.UNKNOWN_ENDPOINT,
                                        "There is no such endpoint here; see /v1/messages and /v1/messages/batch")
                                .asException();
                    }
                    allow(request, "GET");
                    GatewayFilter.require(caller, "messages:read");
                    answer(response, 200, status(path.substring("/messages/".length())));
                }
            }
        } catch (ProblemException refused) {
            ProblemWriter.write(request, response, refused.problem());
        } catch (DataAccessException e) {
            LOG.error("A message could not be journalled", e);
            ProblemWriter.write(
                    request,
                    response,
                    Problem.of(ProblemCode.OVERLOADED, "The message could not be stored; send it again")
                            .withHeader("Retry-After", "5"));
        }
    }

    private void acceptOne(HttpServletRequest request, HttpServletResponse response, Caller caller) throws IOException {
        var message = new MessageRequest(object(parse(request, MAX_MESSAGE_BYTES), ""));
        List<Problem.FieldError> errors = message.errors("");
        if (!errors.isEmpty()) {
            throw refused(errors).asException();
        }
        Receipt receipt = intake.accept(List.of(message), caller).get(0);
        answer(response, 202, accepted(message, receipt));
    }

    private Map<String, Object> accepted(MessageRequest message, Receipt receipt) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", receipt.id());
        body.put("status", "queued");
        body.put("dedupe_id", message.dedupeId());
        body.put("category", message.category());
        body.put("send_at", message.body().get("send_at"));
        List<Map<String, Object>> recipients = new ArrayList<>();
        message.body().path("to").forEach(to -> {
            Map<String, Object> recipient = new LinkedHashMap<>();
            recipient.put(
                    "email", to.isTextual() ? to.asText() : to.path("email").asText());
            recipient.put("status", "accepted");
            recipient.put("reason", null);
            recipients.add(recipient);
        });
        body.put("recipients", recipients);
        body.put("duplicate", receipt.duplicate());
        body.put("created_at", clock.instant().toString());
        return body;
    }

    private void acceptBatch(HttpServletRequest request, HttpServletResponse response, Caller caller)
            throws IOException {
        ObjectNode batch = object(parse(request, MAX_BATCH_BYTES), "");
        batch.fieldNames().forEachRemaining(name -> {
            if (!List.of("defaults", "on_error", "messages").contains(name)) {
                throw refused(List.of(new Problem.FieldError(
                                "/" + name, ProblemCode.UNKNOWN_FIELD.code(), "this field is not known")))
                        .asException();
            }
        });
        JsonNode list = batch.path("messages");
        if (!list.isArray() || list.isEmpty()) {
            throw refused(List.of(
                            new Problem.FieldError("/messages", "required", "1 to " + MAX_BATCH_ITEMS + " messages")))
                    .asException();
        }
        if (list.size() > MAX_BATCH_ITEMS) {
            throw Problem.of(ProblemCode.BATCH_TOO_LARGE, "A batch may hold " + MAX_BATCH_ITEMS + " messages; split it")
                    .with("max_items", MAX_BATCH_ITEMS)
                    .asException();
        }
        List<MessageRequest> good = new ArrayList<>();
        Map<Integer, List<Problem.FieldError>> bad = new LinkedHashMap<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            var message =
                    new MessageRequest(withDefaults(batch.path("defaults"), object(list.get(i), "/messages/" + i)));
            List<Problem.FieldError> errors = message.errors("/messages/" + i);
            if (errors.isEmpty()) {
                good.add(message);
                places.add(i);
            } else {
                bad.put(i, errors);
            }
        }
        boolean abort = "abort".equals(batch.path("on_error").asText());
        if (good.isEmpty() || (abort && !bad.isEmpty())) {
            ProblemCode code = good.isEmpty() ? ProblemCode.ALL_ITEMS_REJECTED : ProblemCode.VALIDATION_FAILED;
            throw new Problem(
                            code,
                            bad.size() + " of " + list.size() + " messages are wrong; nothing was taken",
                            bad.values().stream().flatMap(List::stream).toList(),
                            Map.of("results", results(list.size(), places, List.of(), good, bad)),
                            Map.of())
                    .asException();
        }
        List<Receipt> receipts = intake.accept(good, caller);
        long duplicates = receipts.stream().filter(Receipt::duplicate).count();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("batch_id", null);
        body.put("accepted", good.size() - duplicates);
        body.put("duplicates", duplicates);
        body.put("dropped", 0);
        body.put("rejected", bad.size());
        body.put("results", results(list.size(), places, receipts, good, bad));
        answer(response, 202, body);
    }

    /** In the order of the request; {@code receipts} is empty when nothing was taken. */
    private static List<Map<String, Object>> results(
            int size,
            List<Integer> places,
            List<Receipt> receipts,
            List<MessageRequest> good,
            Map<Integer, List<Problem.FieldError>> bad) {
        List<Map<String, Object>> results = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("index", i);
            int accepted = places.indexOf(i);
            if (accepted >= 0 && !receipts.isEmpty()) {
                Receipt receipt = receipts.get(accepted);
                result.put("status", receipt.duplicate() ? "duplicate" : "accepted");
                result.put("id", receipt.id());
                result.put("dedupe_id", good.get(accepted).dedupeId());
            } else {
                result.put("status", "rejected");
                if (bad.containsKey(i)) {
                    Problem.FieldError first = bad.get(i).get(0);
                    result.put(
                            "error",
                            Map.of("code", first.code(), "pointer", first.pointer(), "detail", first.detail()));
                }
            }
            results.add(result);
        }
        return results;
    }

    private static ObjectNode withDefaults(JsonNode defaults, ObjectNode message) {
        if (!defaults.isObject()) {
            return message;
        }
        ObjectNode merged = defaults.deepCopy();
        message.properties().forEach(entry -> {
            JsonNode shared = merged.get(entry.getKey());
            if (shared instanceof ObjectNode object && entry.getValue() instanceof ObjectNode own) {
                object.setAll(own);
            } else {
                merged.set(entry.getKey(), entry.getValue());
            }
        });
        return merged;
    }

    /** What became of a message so far; what SmartMails did with it afterwards is in its timeline. */
    private Map<String, Object> status(String id) {
        Story story = stories.find(id)
                .filter(found -> found.connection().equals(MessageIntake.CONNECTION))
                .orElseThrow(() -> Problem.of(ProblemCode.NOT_FOUND, "There is no message with this id")
                        .asException());
        String status = switch (story.fate()) {
            case "waiting" -> "queued";
            case "delivered" -> "sent";
            case "dead" -> "failed";
            default -> "dropped";
        };
        return Map.of(
                "id", id, "status", status, "created_at", story.receivedAt().toString());
    }

    private static JsonNode parse(HttpServletRequest request, int maxBytes) throws IOException {
        String type = request.getContentType();
        if (type == null || !type.toLowerCase(java.util.Locale.ROOT).startsWith("application/json")) {
            throw Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json")
                    .asException();
        }
        byte[] body = BodyReader.read(request, maxBytes, BODY_TIME);
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw Problem.of(ProblemCode.INVALID_JSON, "The body is not valid JSON" + place(e.getLocation()))
                    .asException();
        } catch (IOException e) {
            throw Problem.of(ProblemCode.INVALID_JSON, "The body is not valid UTF-8 JSON")
                    .asException();
        }
    }

    /** Limits on depth and length are told without a place. */
    private static String place(JsonLocation location) {
        return location == null
                ? ": it is nested too deeply or has too long a value"
                : ": line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static ObjectNode object(JsonNode node, String pointer) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw refused(List.of(new Problem.FieldError(pointer, "type", "a JSON object")))
                .asException();
    }

    private static Problem refused(List<Problem.FieldError> errors) {
        boolean unknown = errors.stream().allMatch(e -> e.code().equals(ProblemCode.UNKNOWN_FIELD.code()));
        return new Problem(
                unknown ? ProblemCode.UNKNOWN_FIELD : ProblemCode.VALIDATION_FAILED,
                errors.size() == 1 ? "1 field is wrong" : errors.size() + " fields are wrong",
                errors,
                Map.of(),
                Map.of());
    }

    private static void allow(HttpServletRequest request, String method) {
        if (!request.getMethod().equals(method)) {
            throw Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "Use " + method)
                    .withHeader("Allow", method)
                    .asException();
        }
    }

    private static void answer(HttpServletResponse response, int status, Object body) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.getOutputStream().write(JSON.writeValueAsBytes(body));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;

/** A SmartMails for sends and contacts that remembers dedupe ids, and misbehaves when told to. */
final class FakeSmartMails implements AutoCloseable {
    static final String KEY = "smt_0123456789abcdefghijklmnopqr";

    /** What happens to one request instead of the usual answer. */
    enum Trouble {
        DROP_AFTER_ACCEPTING,
        FAIL_AFTER_ACCEPTING,
        FEWER_RESULTS,
        BUSY,
        THROTTLED
    }

    record Request(String line, JsonNode body, Instant at) {}

    static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    /** Batches only, in order. */
    final List<Request> batches = new CopyOnWriteArrayList<>();

    final List<Request> requests = new CopyOnWriteArrayList<>();
    /** As they came. */
    final List<String> bodies = new CopyOnWriteArrayList<>();
    /** Mails that were really made, by dedupe id. */
    final Map<String, JsonNode> mails = new ConcurrentHashMap<>();

    final Map<String, String> lists = new ConcurrentHashMap<>();
    final Deque<Trouble> troubles = new ConcurrentLinkedDeque<>();
    final ObjectNode limits = JSON.createObjectNode();
    volatile String key = KEY;
    volatile boolean accountIsDown;
    /** Item code by which an item is rejected; null takes it. */
    volatile Function<JsonNode, String> rejects = item -> null;
    /** An item that spoils its whole batch. */
    volatile Predicate<JsonNode> spoils = item -> false;

    volatile Runnable afterAccepting = () -> {};

    private static final ObjectMapper JSON = new ObjectMapper();
    private final InstantSource clock;
    private final HttpServer server;

    FakeSmartMails(InstantSource clock) {
        this.clock = clock;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1", this::handle);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    private record Answer(int status, JsonNode body) {}

    private void handle(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readAllBytes();
        bodies.add(new String(bytes, StandardCharsets.UTF_8));
        JsonNode body = JSON.readTree(bytes);
        String line = exchange.getRequestMethod() + " "
                + exchange.getRequestURI().getPath().substring("/v1".length());
        var request = new Request(line, body, clock.instant());
        requests.add(request);
        if (!("Bearer " + key).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            answer(exchange, problem(401, "revoked_key", "this key was revoked"));
            return;
        }
        Trouble trouble = line.endsWith("/batch") ? troubles.poll() : null;
        if (line.endsWith("/batch")) {
            batches.add(request);
        }
        if (trouble == Trouble.BUSY) {
            answer(exchange, problem(503, "overloaded", "too much to do"));
            return;
        }
        if (trouble == Trouble.THROTTLED) {
            exchange.getResponseHeaders().set("Retry-After", String.valueOf(RETRY_AFTER.toSeconds()));
            answer(exchange, problem(429, "rate_limited", "too many requests"));
            return;
        }
        Answer usual = usual(line, body);
        if (line.endsWith("/batch")) {
            afterAccepting.run();
        }
        if (trouble == Trouble.DROP_AFTER_ACCEPTING) {
            exchange.close();
        } else if (trouble == Trouble.FAIL_AFTER_ACCEPTING) {
            answer(exchange, problem(500, "internal_error", "out of luck"));
        } else {
            if (trouble == Trouble.FEWER_RESULTS) {
                ((ArrayNode) usual.body().path("results")).remove(0);
            }
            answer(exchange, usual);
        }
    }

    private static void answer(HttpExchange exchange, Answer answer) throws IOException {
        byte[] bytes = answer.body().toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Answer usual(String line, JsonNode body) {
        return switch (line) {
            case "GET /account" ->
                accountIsDown
                        ? problem(503, "maintenance", "later")
                        : new Answer(200, JSON.createObjectNode().set("limits", limits));
            case "POST /messages/batch" -> messages(body.path("messages"));
            case "POST /contacts/batch" -> contacts(body.path("contacts"));
            case "GET /lists" -> {
                ObjectNode page = JSON.createObjectNode();
                lists.forEach((name, id) ->
                        page.withArray("/data").addObject().put("name", name).put("id", id));
                yield new Answer(200, page);
            }
            case "POST /lists" -> list(body.path("name").asText());
            default -> problem(404, "unknown_endpoint", line);
        };
    }

    private Answer list(String name) {
        if (name.isBlank() || name.startsWith("!")) {
            return problem(422, "validation_failed", "name is wrong");
        }
        if (lists.containsKey(name)) {
            ObjectNode there =
                    ((ObjectNode) problem(409, "already_exists", "it is there").body());
            return new Answer(409, there.put("existing_id", lists.get(name)));
        }
        lists.put(name, "lst_" + name);
        return new Answer(201, JSON.createObjectNode().put("id", "lst_" + name));
    }

    private Answer messages(JsonNode messages) {
        for (JsonNode message : messages) {
            if (spoils.test(message)) {
                return problem(422, "validation_failed", "1 field is wrong");
            }
        }
        ObjectNode answer = JSON.createObjectNode();
        boolean taken = false;
        for (JsonNode message : messages) {
            ObjectNode result = answer.withArray("/results").addObject();
            String code = rejects.apply(message);
            String dedupeId = message.path("dedupe_id").asText();
            if (code != null) {
                result.put("status", "rejected")
                        .putObject("error")
                        .put("code", code)
                        .put("detail", "it is wrong");
            } else {
                taken = true;
                boolean first = mails.putIfAbsent(dedupeId, message) == null;
                result.put("status", first ? "accepted" : "duplicate").put("id", "msg_" + dedupeId);
            }
        }
        return new Answer(taken ? 202 : 422, answer);
    }

    private Answer contacts(JsonNode contacts) {
        for (JsonNode contact : contacts) {
            if (spoils.test(contact)) {
                return problem(413, "payload_too_large", "more than 5 MB");
            }
        }
        ObjectNode answer = JSON.createObjectNode();
        for (JsonNode contact : contacts) {
            ObjectNode result = answer.withArray("/results").addObject();
            String code = rejects.apply(contact);
            for (JsonNode list : contact.path("lists").path("add")) {
                code = lists.containsValue(list.asText()) ? code : "unknown_list";
            }
            if (code != null) {
                result.put("status", "failed")
                        .putObject("error")
                        .put("code", code)
                        .put("detail", "it is wrong");
            } else {
                result.put("status", "updated")
                        .put("id", "con_up_" + contact.path("email").asText());
            }
        }
        return new Answer(200, answer);
    }

    private static Answer problem(int status, String code, String detail) {
        return new Answer(status, JSON.createObjectNode().put("code", code).put("detail", detail));
    }

    int mostInAnyMinute() {
        int most = 0;
        for (Request last : requests) {
            Instant start = last.at().minusSeconds(60);
            most = Math.max(most, (int) requests.stream()
                    .filter(request ->
                            request.at().isAfter(start) && !request.at().isAfter(last.at()))
                    .count());
        }
        return most;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

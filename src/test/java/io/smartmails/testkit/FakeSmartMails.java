// SPDX-License-Identifier: Apache-2.0
package io.smartmails.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * A SmartMails that keeps what it takes in memory and misbehaves on demand. Checks method, path and key, knows dedupe ids,
 * and refuses whatever it does not know, and lists whose name begins with an exclamation mark.
 */
public final class FakeSmartMails implements AutoCloseable {
    public static final String KEY = "sml_aaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What happens to the next request. */
    public enum Mishap {
        /** The work is done, the connection closes without an answer. */
        LOSE_ANSWER,
        /** The work is done, the answer is a 500. */
        FAIL_AFTER_WORK,
        FAIL_BEFORE_WORK,
        THROTTLE,
        REDIRECT,
        UNKNOWN_ENDPOINT,
        GARBAGE,
        /** Nothing is done, the connection closes. */
        CLOSE_BEFORE_WORK,
        /** The work is done, half of the answer comes. */
        CUT_ANSWER,
        /** The work is done, the answer is a page of some proxy. */
        PAGE_AFTER_WORK,
        /** Nothing is done, a proxy says 400 with a page. */
        PAGE_400,
        /** The work is done, the answer is no object at all. */
        ARRAY,
        NO_RESULTS,
        FEWER_RESULTS,
        DUPLICATE_INDEXES,
        WRONG_INDEXES,
        /** Results in another order, each with its index. */
        SHUFFLED,
        /** Dedupe ids of other items. */
        FOREIGN_IDS,
        /** The first item's status is a word nobody knows. */
        UNKNOWN_STATUS,
        SCOPE_MISSING
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Mishap> mishaps = new ArrayDeque<>();
    private final List<String> requests = new ArrayList<>();
    /** Messages by dedupe id, as first taken. */
    private final Map<String, JsonNode> mails = new LinkedHashMap<>();
    /** Dedupe ids that are still known, by the id of the message. */
    private final Map<String, String> known = new HashMap<>();

    private final Map<String, Integer> timesMailed = new HashMap<>();
    private final Map<String, String> headers = new HashMap<>();

    private final Map<String, String> lists = new LinkedHashMap<>();
    private final List<JsonNode> contactBatches = new ArrayList<>();
    private final Map<String, String> failingContacts = new HashMap<>();
    private final Map<String, Canned> canned = new HashMap<>();
    private final List<Headers> heads = new ArrayList<>();
    private final List<JsonNode> bodies = new ArrayList<>();
    private String key = KEY;
    private int messagesPerBatch = 500;
    private long messagesBytes = 20L << 20;
    private final List<String> capabilities =
            new ArrayList<>(List.of("messages.batch", "messages.dedupe", "messages.schedule"));
    private Predicate<JsonNode> indigestible = batch -> false;
    private Runnable beforeAnswer = () -> {};

    private record Canned(int status, Map<String, String> headers, String body) {}

    public FakeSmartMails() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    /** What such a request, for example {@code GET /templates}, is answered from now on. */
    public synchronized void serve(String request, int status, Map<String, String> headers, String body) {
        canned.put(request, new Canned(status, headers, body));
    }

    /** Headers of everything asked so far. */
    public synchronized List<Headers> heads() {
        return List.copyOf(heads);
    }

    /** Bodies of everything asked so far; missing nodes for none. */
    public synchronized List<JsonNode> bodies() {
        return List.copyOf(bodies);
    }

    /** Queues misfortunes, one a request. */
    public synchronized FakeSmartMails next(Mishap... ones) {
        mishaps.addAll(List.of(ones));
        return this;
    }

    public synchronized void acceptOnly(String otherKey) {
        key = otherKey;
    }

    /** Batches that contain such an item are refused as a whole. */
    public synchronized void refuseBatchesWith(Predicate<JsonNode> item) {
        indigestible = item;
    }

    public synchronized void allowMessagesPerBatch(int most) {
        messagesPerBatch = most;
    }

    public synchronized void allowMessagesBytes(long most) {
        messagesBytes = most;
    }

    public synchronized void failContact(String email, String code) {
        failingContacts.put(email, code);
    }

    public synchronized void takeContact(String email) {
        failingContacts.remove(email);
    }

    /** Runs once while the next request is worked on. */
    public synchronized void during(Runnable task) {
        beforeAnswer = task;
    }

    public synchronized void forgetLists() {
        lists.clear();
    }

    /** Method and path of everything asked so far. */
    public synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    public synchronized long requests(String start) {
        return requests.stream().filter(request -> request.startsWith(start)).count();
    }

    /** Each mail once, by its dedupe id. */
    public synchronized Map<String, JsonNode> mails() {
        return Map.copyOf(mails);
    }

    /** How often each was really mailed, by its dedupe id. */
    public synchronized Map<String, Integer> timesMailed() {
        return Map.copyOf(timesMailed);
    }

    /** The dedupe life is over: what comes again is mailed again. Look-ups still find it. */
    public synchronized void forgetDedupeIds() {
        known.clear();
    }

    /** Headers of every answer from now on. */
    public synchronized void announce(String name, String value) {
        headers.put(name, value);
    }

    public synchronized void withoutCapability(String capability) {
        capabilities.remove(capability);
    }

    public synchronized List<JsonNode> contactBatches() {
        return List.copyOf(contactBatches);
    }

    public synchronized Map<String, String> lists() {
        return Map.copyOf(lists);
    }

    private void handle(HttpExchange exchange) throws IOException {
        JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
        Mishap mishap;
        Runnable task;
        synchronized (this) {
            heads.add(exchange.getRequestHeaders());
            bodies.add(body);
            requests.add(exchange.getRequestMethod() + " "
                    + exchange.getRequestURI().getPath().replaceFirst("^/v1", ""));
            mishap = mishaps.poll();
            headers.forEach(exchange.getResponseHeaders()::set);
            task = beforeAnswer;
            beforeAnswer = () -> {};
        }
        task.run();
        if (mishap == Mishap.FAIL_BEFORE_WORK) {
            answer(exchange, 503, problem(503, "overloaded"));
        } else if (mishap == Mishap.THROTTLE) {
            exchange.getResponseHeaders().set("Retry-After", "20");
            answer(exchange, 429, problem(429, "rate_limited"));
        } else if (mishap == Mishap.REDIRECT) {
            exchange.getResponseHeaders().set("Location", baseUrl() + "/stolen");
            answer(exchange, 302, null);
        } else if (mishap == Mishap.UNKNOWN_ENDPOINT) {
            answer(exchange, 404, problem(404, "unknown_endpoint"));
        } else if (mishap == Mishap.GARBAGE) {
            page(exchange, 200);
        } else if (mishap == Mishap.PAGE_400) {
            page(exchange, 400);
        } else if (mishap == Mishap.CLOSE_BEFORE_WORK) {
            exchange.close();
        } else if (mishap == Mishap.SCOPE_MISSING) {
            answer(exchange, 403, problem(403, "missing_scope").put("required_scope", "messages:send"));
        } else {
            work(exchange, body, mishap);
        }
    }

    private synchronized void work(HttpExchange exchange, JsonNode body, Mishap mishap) throws IOException {
        if (!("Bearer " + key).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            answer(exchange, 401, problem(401, "unknown_key"));
            return;
        }
        String request =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        Canned ready = canned.get(request.replaceFirst("/v1", ""));
        if (ready != null && mishap != null) {
            finish(exchange, mishap, ready.status(), null);
            return;
        }
        if (ready != null) {
            ready.headers().forEach(exchange.getResponseHeaders()::set);
            if (!ready.headers().containsKey("Content-Type")) {
                exchange.getResponseHeaders().set("Content-Type", "application/json");
            }
            byte[] bytes = ready.body().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(ready.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
            return;
        }
        switch (request) {
            case "GET /v1/messages" -> {
                String dedupeId = exchange.getRequestURI().getQuery().replaceFirst(".*dedupe_id=", "");
                ArrayNode data = JSON.createArrayNode();
                if (mails.containsKey(dedupeId)) {
                    data.addObject().put("id", "msg_of_" + dedupeId).put("dedupe_id", dedupeId);
                }
                finish(exchange, mishap, 200, JSON.createObjectNode().set("data", data));
            }
            case "GET /v1/ping" ->
                finish(exchange, mishap, 200, JSON.createObjectNode().put("ok", true));
            case "GET /v1/account" -> finish(exchange, mishap, 200, account());
            case "POST /v1/messages/batch" -> batch(exchange, mishap, body, "messages", this::take);
            case "POST /v1/contacts/batch" -> {
                contactBatches.add(body);
                batch(exchange, mishap, body, "contacts", this::takeContact);
            }
            case "GET /v1/lists" -> {
                ArrayNode data = JSON.createArrayNode();
                lists.forEach((name, id) -> data.addObject().put("name", name).put("id", id));
                finish(exchange, mishap, 200, JSON.createObjectNode().set("data", data));
            }
            case "POST /v1/lists" -> {
                String name = body.path("name").asText();
                if (name.startsWith("!")) {
                    finish(exchange, mishap, 422, problem(422, "validation_failed"));
                    return;
                }
                String id = "lst_" + (lists.size() + 1);
                lists.put(name, id);
                finish(exchange, mishap, 201, JSON.createObjectNode().put("id", id));
            }
            default -> finish(exchange, mishap, 404, problem(404, "unknown_endpoint"));
        }
    }

    private ObjectNode account() {
        ObjectNode account = JSON.createObjectNode();
        ObjectNode limits = account.putObject("limits");
        limits.put("messages_per_batch", messagesPerBatch).put("contacts_per_batch", 1000);
        limits.putObject("max_body_bytes").put("messages_batch", messagesBytes);
        capabilities.forEach(account.withArray("/capabilities")::add);
        return account;
    }

    private interface Taker {
        void take(JsonNode item, ObjectNode result);
    }

    private void batch(HttpExchange exchange, Mishap mishap, JsonNode body, String name, Taker taker)
            throws IOException {
        for (JsonNode item : body.path(name)) {
            if (indigestible.test(item)) {
                finish(exchange, mishap, 422, problem(422, "validation_failed"));
                return;
            }
        }
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode results = answer.putArray("results");
        boolean allRejected = true;
        for (JsonNode item : body.path(name)) {
            ObjectNode result = results.addObject().put("index", results.size() - 1);
            taker.take(item, result);
            allRejected &= result.path("status").asText().equals("rejected");
        }
        finish(exchange, mishap, allRejected ? 422 : name.equals("messages") ? 202 : 200, answer);
    }

    /** The address decides: suppressed@ is dropped, invalid@ is rejected. */
    private void take(JsonNode message, ObjectNode result) {
        String dedupeId = message.path("dedupe_id").asText();
        String to = message.path("to").path(0).path("email").asText();
        result.put("dedupe_id", dedupeId);
        if (known.containsKey(dedupeId)) {
            result.put("status", "duplicate").put("id", "msg_of_" + dedupeId);
        } else if (to.startsWith("suppressed@")) {
            result.put("status", "dropped").put("id", "msg_of_" + dedupeId).put("reason", "hard_bounce");
        } else if (to.startsWith("invalid@")) {
            reject(result, "invalid_email", "cannot deliver to " + to);
        } else if (message.path("template_alias").asText().equals("nowhere")) {
            reject(result, "unknown_template", "there is no published template");
        } else {
            mails.putIfAbsent(dedupeId, message);
            known.put(dedupeId, "msg_of_" + dedupeId);
            timesMailed.merge(dedupeId, 1, Integer::sum);
            result.put("status", "accepted").put("id", "msg_of_" + dedupeId);
        }
    }

    private static void reject(ObjectNode result, String code, String detail) {
        result.put("status", "rejected").putObject("error").put("code", code).put("detail", detail);
    }

    private void takeContact(JsonNode contact, ObjectNode result) {
        String email = contact.path("email").asText();
        boolean knownLists = true;
        for (JsonNode list : contact.path("lists").path("add")) {
            knownLists &= lists.containsValue(list.asText());
        }
        String code =
                failingContacts.containsKey(email) ? failingContacts.get(email) : knownLists ? null : "unknown_list";
        if (code != null) {
            result.put("status", "failed").putObject("error").put("code", code).put("detail", "of " + email);
        } else {
            result.put("status", "created").put("id", "con_of_" + email);
        }
    }

    private static ObjectNode problem(int status, String code) {
        return JSON.createObjectNode().put("status", status).put("code", code).put("detail", "as asked by the test");
    }

    private static void finish(HttpExchange exchange, Mishap mishap, int status, JsonNode body) throws IOException {
        if (mishap == Mishap.LOSE_ANSWER) {
            exchange.close();
        } else if (mishap == Mishap.FAIL_AFTER_WORK) {
            answer(exchange, 500, problem(500, "internal_error"));
        } else if (mishap == Mishap.PAGE_AFTER_WORK) {
            page(exchange, 200);
        } else if (mishap == Mishap.CUT_ANSWER) {
            byte[] bytes = JSON.writeValueAsBytes(body);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
            exchange.getResponseBody().flush();
            exchange.close();
        } else {
            answer(exchange, status, spoilt(mishap, body));
        }
    }

    private static JsonNode spoilt(Mishap mishap, JsonNode body) {
        if (mishap == null || body == null) {
            return body;
        }
        if (mishap == Mishap.ARRAY) {
            return JSON.createArrayNode().add("surprise");
        }
        JsonNode copy = body.deepCopy();
        if (copy.path("results") instanceof ArrayNode results && !results.isEmpty()) {
            ObjectNode first = (ObjectNode) results.get(0);
            switch (mishap) {
                case NO_RESULTS -> ((ObjectNode) copy).remove("results");
                case FEWER_RESULTS -> results.remove(results.size() - 1);
                case DUPLICATE_INDEXES -> results.forEach(result -> ((ObjectNode) result).put("index", 0));
                case WRONG_INDEXES -> first.put("index", results.size() + 7);
                case SHUFFLED -> results.add(results.remove(0));
                case FOREIGN_IDS -> first.put("dedupe_id", "somebody else's");
                case UNKNOWN_STATUS -> first.put("status", "pondering");
                default -> {}
            }
        }
        return copy;
    }

    private static void page(HttpExchange exchange, int status) throws IOException {
        byte[] page = "<html><body>Bad gateway, ask ops@example.com</body></html>".getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/html");
        exchange.sendResponseHeaders(status, page.length);
        exchange.getResponseBody().write(page);
        exchange.close();
    }

    private static void answer(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = body == null ? new byte[0] : JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

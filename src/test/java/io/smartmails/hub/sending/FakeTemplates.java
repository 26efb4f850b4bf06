// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A SmartMails that knows templates only; refuses html that contains "unclosed", and fails when told to. */
final class FakeTemplates implements AutoCloseable {
    record Answer(int status, String body, String retryAfter) {
        static Answer of(int status) {
            return new Answer(status, "{}", "0");
        }
    }

    /** Requests as {@code METHOD /path}. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    final Map<String, JsonNode> drafts = new ConcurrentHashMap<>();
    final Map<String, JsonNode> published = new ConcurrentHashMap<>();
    /** Given to the next requests instead of the usual answer. */
    final Deque<Answer> troubles = new ArrayDeque<>();

    private final HttpServer server;

    FakeTemplates() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/templates", this::handle);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath().substring("/v1".length());
        requests.add(exchange.getRequestMethod() + " " + path);
        Answer trouble = troubles.poll();
        Answer answer = trouble != null ? trouble : answer(exchange.getRequestMethod(), path.split("/"), body);
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Retry-After", answer.retryAfter());
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Answer answer(String method, String[] path, byte[] body) throws IOException {
        JsonNode template = body.length == 0 ? null : new ObjectMapper().readTree(body);
        if (template != null && template.path("html").asText().contains("unclosed")) {
            return problem(422, "template_error", "html: the if is not closed");
        }
        if (method.equals("POST") && path.length == 2) {
            drafts.put(template.path("alias").asText(), template);
            return Answer.of(201);
        }
        if (!drafts.containsKey(path[2])) {
            return problem(404, "not_found", "there is no such template");
        }
        if (method.equals("PUT")) {
            drafts.put(path[2], template);
        } else {
            published.put(path[2], drafts.get(path[2]));
        }
        return Answer.of(200);
    }

    private static Answer problem(int status, String code, String detail) {
        return new Answer(status, "{\"code\":\"" + code + "\",\"detail\":\"" + detail + "\"}", "0");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

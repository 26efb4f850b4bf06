// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers as told and remembers what was asked. */
final class FakeHub implements AutoCloseable {
    static final String KEY = "sml_test";

    record Asked(String method, String path, Map<String, String> headers, String body) {}

    private record Answer(int status, String body, Map<String, String> headers) {}

    private final HttpServer server;
    private final Map<String, Answer> answers = new HashMap<>();
    final List<Asked> asked = new ArrayList<>();

    FakeHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /** @param call method and path with query, such as {@code GET /admin/v1/counts} */
    FakeHub when(String call, int status, String body) {
        return when(call, status, body, Map.of());
    }

    FakeHub when(String call, int status, String body, Map<String, String> headers) {
        answers.put(call, new Answer(status, body, headers));
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    Asked last() {
        return asked.get(asked.size() - 1);
    }

    private void answer(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(), values.get(0)));
        String call = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        asked.add(new Asked(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                headers,
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        boolean open = call.contains("/webhooks/") || call.contains("/actuator/");
        Answer answer = open || ("Bearer " + KEY).equals(headers.get("authorization"))
                ? answers.getOrDefault(call, new Answer(404, problem(404, "not_found", "No " + call), Map.of()))
                : new Answer(401, problem(401, "unknown_key", "No such key"), Map.of());
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    static String problem(int status, String code, String detail) {
        return "{\"status\":" + status + ",\"code\":\"" + code + "\",\"detail\":\"" + detail + "\"}";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

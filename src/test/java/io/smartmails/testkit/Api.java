// SPDX-License-Identifier: Apache-2.0
package io.smartmails.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Talks JSON to a hub or an engine with a key. */
public final class Api {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String base;
    private final String key;

    public Api(String base, String key) {
        this.base = base;
        this.key = key;
    }

    public record Answer(int status, JsonNode body, HttpResponse<String> raw) {}

    public Answer get(String path) throws Exception {
        return send("GET", path, null);
    }

    public Answer post(String path, String json) throws Exception {
        return send("POST", path, json);
    }

    public Answer send(String method, String path, String json) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(20));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        if (json != null) {
            request.header("Content-Type", "application/json");
        }
        HttpResponse<String> raw = http.send(
                request.method(
                                method,
                                json == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        boolean isJson = raw.headers().firstValue("Content-Type").orElse("").contains("json")
                && !raw.body().isEmpty();
        return new Answer(raw.statusCode(), isJson ? JSON.readTree(raw.body()) : JSON.nullNode(), raw);
    }
}

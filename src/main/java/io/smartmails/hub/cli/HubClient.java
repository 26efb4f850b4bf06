// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Talks to a running hub, with the admin key where it is needed. */
final class HubClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final HubAddress address;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    HubClient(HubAddress address) {
        this.address = address;
    }

    HubAddress address() {
        return address;
    }

    /** @throws CommandFailure when there is no 2xx answer */
    JsonNode get(String path) {
        return admin(path, HttpRequest.newBuilder().GET());
    }

    JsonNode post(String path, Object body) {
        return send("POST", path, body);
    }

    JsonNode put(String path, Object body) {
        return send("PUT", path, body);
    }

    private JsonNode send(String method, String path, Object body) {
        try {
            return admin(
                    path,
                    HttpRequest.newBuilder()
                            .header("Content-Type", "application/json")
                            .method(method, HttpRequest.BodyPublishers.ofString(EXACT.writeValueAsString(body))));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    JsonNode delete(String path) {
        return admin(path, HttpRequest.newBuilder().DELETE());
    }

    /** A call that proves itself, such as a webhook, or needs no proof; any status is an answer. */
    HttpResponse<String> open(String path, Map<String, String> headers, byte[] body) {
        var request = HttpRequest.newBuilder();
        headers.forEach(request::header);
        if (body != null) {
            request.POST(HttpRequest.BodyPublishers.ofByteArray(body));
        }
        return send(path, request);
    }

    private JsonNode admin(String path, HttpRequest.Builder request) {
        if (address.key() == null) {
            throw new CommandFailure("No admin key is known. Set HUB_ADMIN_KEY, or --home to the hub's home folder,"
                    + " whose data/cli.yaml holds one.");
        }
        HttpResponse<String> response = send(path, request.header("Authorization", "Bearer " + address.key()));
        JsonNode body = read(response.body());
        if (response.statusCode() / 100 == 2) {
            return body;
        }
        String detail = body.path("detail").asText("the hub answered " + response.statusCode());
        if (response.statusCode() == 401 || response.statusCode() == 403) {
            detail += ". The key came from " + address.keySource() + ".";
        }
        for (JsonNode error : body.path("errors")) {
            detail += "\n  " + error.path("pointer").asText() + ": "
                    + error.path("detail").asText();
        }
        throw new CommandFailure(detail);
    }

    private HttpResponse<String> send(String path, HttpRequest.Builder request) {
        try {
            return http.send(
                    request.uri(address.resolve(path)).timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new CommandFailure(
                    "No hub answers at " + address.url() + ". Start it with ./hub, or say where it is with --url.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("Interrupted while waiting for " + address.url());
        }
    }

    /** JSON of a file with its numbers as they are written. */
    static JsonNode exact(byte[] json, Path file) {
        try {
            return EXACT.readTree(json);
        } catch (IOException e) {
            throw new CommandFailure(file + " is no JSON: the whole message as SmartMails takes it is needed");
        }
    }

    static JsonNode read(String json) {
        try {
            return json.isBlank() ? MissingNode.getInstance() : JSON.readTree(json);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}

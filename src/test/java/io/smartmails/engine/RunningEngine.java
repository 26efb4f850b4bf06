// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine;

import io.smartmails.engine.input.Json;
import io.smartmails.key.ApiKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import tools.jackson.databind.JsonNode;

/** A whole engine on a free port, spoken to over HTTP only. */
final class RunningEngine implements AutoCloseable {
    /** A clock for rate windows that stands until it is moved. */
    static final class StandingNanos {
        static final AtomicLong NOW = new AtomicLong(1_000_000_000_000L);

        @Bean
        @Primary
        LongSupplier standingNanos() {
            return NOW::get;
        }
    }

    /** An answer; the body is null when there is none. */
    record Answer(HttpResponse<String> raw) {
        int status() {
            return raw.statusCode();
        }

        JsonNode json() {
            return Json.MAPPER.readTree(raw.body());
        }

        String code() {
            return json().get("code").asString();
        }

        String header(String name) {
            return raw.headers().firstValue(name).orElse(null);
        }
    }

    private static final SecureRandom RANDOM = new SecureRandom();

    final String key;
    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();

    private RunningEngine(String key, ConfigurableApplicationContext context) {
        this.key = key;
        this.context = context;
    }

    static String newKey() {
        return ApiKey.generate(ApiKey.LIVE, RANDOM);
    }

    static RunningEngine start(Path dataDir, String key, String... properties) {
        return start(EngineApplication.class, dataDir, key, properties);
    }

    static RunningEngine startWithStandingWindows(Path dataDir, String key, String... properties) {
        return start(StandingNanos.class, dataDir, key, properties);
    }

    private static RunningEngine start(Class<?> extra, Path dataDir, String key, String... properties) {
        List<String> arguments = new ArrayList<>(List.of(
                "--engine.port=0",
                "--engine.data-dir=" + dataDir,
                "--engine.bootstrap-key=" + key,
                "--spring.main.banner-mode=off"));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        return new RunningEngine(
                key,
                new SpringApplicationBuilder(EngineApplication.class, extra)
                        .registerShutdownHook(false)
                        .run(arguments.toArray(String[]::new)));
    }

    String url() {
        return "http://127.0.0.1:"
                + ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    Answer get(String path) {
        return call("GET", path, null);
    }

    Answer post(String path, String body) {
        return call("POST", path, body);
    }

    Answer call(String method, String path, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("Authorization", "Bearer " + key, "Content-Type", "application/json"));
        return send(
                method,
                "/v1" + path,
                body == null ? null : body.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                all.toArray(String[]::new));
    }

    /** @param path whole path; headers exactly as given */
    Answer send(String method, String path, byte[] body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : url() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return new Answer(http.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Mails to an address, newest first. */
    List<JsonNode> inbox(String to) {
        return get("/inbox?to=" + to).json().get("data").valueStream().toList();
    }

    @Override
    public void close() {
        context.close();
    }
}

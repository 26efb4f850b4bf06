// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One HTTP exchange with SmartMails and what a bad answer means. Follows no redirect: the key goes to one host only. */
final class ApiCall {
    /** Numbers stay as written: an amount of 10.00 is not 10. */
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private static final Duration CONNECT_TIME = Duration.ofSeconds(3);
    private static final Duration CONFIGURATION_PAUSE = Duration.ofMinutes(1);
    private static final int DETAIL_CHARS = 500;
    /** The request itself is wrong or too large; nothing of it was taken. */
    private static final Set<Integer> REFUSED = Set.of(400, 409, 412, 413, 422);

    private final SmartMailsSettings settings;
    private final InstantSource clock;
    private final HttpClient http;

    ApiCall(SmartMailsSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.http = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIME)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** An answer that says something: 2xx, or a 4xx that is about the request. */
    record Answer(int status, JsonNode body) {
        boolean ok() {
            return status / 100 == 2;
        }

        String code() {
            return body.path("code").asText("");
        }
    }

    /**
     * @param body null for none
     * @param time for the whole exchange
     * @return 2xx, 404 or a refusal of the request; the caller decides what the latter two mean
     */
    Answer exchange(String method, String path, JsonNode body, Duration time) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(settings.baseUrl() + path))
                .header("Authorization", "Bearer " + settings.apiKey())
                .header("Accept", "application/json");
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofByteArray(bytes(body)));
        }
        HttpResponse<byte[]> response = send(request.build(), method + " " + path, time);
        var answer = new Answer(response.statusCode(), json(response));
        if (answer.ok() && answer.body().isMissingNode() && response.body().length > 0) {
            throw unavailable("was answered with something that is not JSON; check smartmails.base-url", null);
        }
        if (answer.ok() || answer.status() == 404 || REFUSED.contains(answer.status())) {
            return answer;
        }
        throw failure(answer, response);
    }

    private static byte[] bytes(JsonNode body) {
        try {
            return JSON.writeValueAsBytes(body);
        } catch (IOException e) {
            throw new PermanentFailure("the request cannot be written as JSON", e);
        }
    }

    /** The JDK's own time-out ends with the headers, so the wait for the whole answer is bounded here. */
    private HttpResponse<byte[]> send(HttpRequest request, String what, Duration time) {
        var pending = http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        try {
            return pending.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            pending.cancel(true);
            throw unavailable("gave no answer to " + what + " within " + time.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw unavailable("could not be reached (" + e.getCause().getClass().getSimpleName() + ")", e);
        } catch (InterruptedException e) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for: the hub is stopping", e);
        }
    }

    private TransientFailure unavailable(String what, Exception cause) {
        return new TransientFailure(
                "SmartMails at " + settings.baseUrl().getAuthority() + " " + what, Duration.ZERO, cause);
    }

    private static JsonNode json(HttpResponse<byte[]> response) {
        try {
            return response.body().length == 0 ? MissingNode.getInstance() : JSON.readTree(response.body());
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private RuntimeException failure(Answer answer, HttpResponse<byte[]> response) {
        int status = answer.status();
        if (status == 401 || status == 403) {
            return new SmartMailsClient.KeyRefused("SmartMails refuses the key: " + told(answer));
        }
        Duration after = retryAfter(response);
        if (status == 429) {
            return new SmartMailsClient.Throttled("SmartMails asks to wait: " + told(answer), after);
        }
        if (status == 408 || status >= 500) {
            return new TransientFailure("SmartMails answered " + told(answer), after);
        }
        return notOurs(answer);
    }

    /** Says nothing about the items, so nothing of them may die: most likely a wrong base URL or a proxy. */
    static TransientFailure notOurs(Answer answer) {
        return new TransientFailure(
                "SmartMails answered " + told(answer) + "; check smartmails.base-url", CONFIGURATION_PAUSE);
    }

    static PermanentFailure refused(Answer answer) {
        JsonNode first = answer.body().path("errors").path(0);
        String place = first.hasNonNull("pointer")
                ? " (" + first.path("pointer").asText() + ": "
                        + clean(first.path("detail").asText("")) + ")"
                : "";
        return new PermanentFailure("SmartMails refused the request: " + told(answer) + place);
    }

    static String told(Answer answer) {
        String detail = clean(answer.body().path("detail").asText(""));
        return answer.status()
                + (answer.code().matches("[a-z0-9_]{1,64}") ? " " + answer.code() : "")
                + (detail.isEmpty() ? "" : ", " + detail);
    }

    /** Somebody else's words on one line, without addresses: causes are shown and kept. */
    static String clean(String detail) {
        String line = detail.replaceAll("\\S+@\\S+", "<address>")
                .replaceAll("\\b(sml|smt)_\\w+", "<key>")
                .replaceAll("\\s+", " ")
                .strip();
        return line.length() > DETAIL_CHARS ? line.substring(0, DETAIL_CHARS) : line;
    }

    /** Seconds or a date; zero when there is none. */
    private Duration retryAfter(HttpResponse<byte[]> response) {
        String value = response.headers().firstValue("Retry-After").orElse("0").strip();
        if (value.matches("\\d{1,6}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration left = Duration.between(clock.instant(), date);
            return left.isNegative() ? Duration.ZERO : left;
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }
}

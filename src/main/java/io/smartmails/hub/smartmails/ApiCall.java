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
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final String NOT_JSON = "something that is not JSON; check smartmails.base-url";
    private static final Set<String> NOT_NOW = Set.of("overloaded", "maintenance");
    private static final Logger LOG = LoggerFactory.getLogger(ApiCall.class);

    private final SmartMailsSettings settings;
    private final InstantSource clock;
    private final HttpClient http;
    /** By request, how its last answer made no sense. */
    private final Map<String, String> senseless = new ConcurrentHashMap<>();

    private volatile Consumer<RateTold> onAnswer = told -> {};

    ApiCall(SmartMailsSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.http = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIME)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** @param listener gets what the headers of every answer say, on the thread of the call */
    void onAnswer(Consumer<RateTold> listener) {
        onAnswer = listener;
    }

    /**
     * An answer that says something: 2xx, or a 4xx that is about the request.
     *
     * @param what method and path of the request
     */
    record Answer(String what, int status, JsonNode body, byte[] raw) {
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
        String what = method + " " + path.replaceFirst("\\?.*", "");
        HttpResponse<byte[]> response = send(request.build(), what, time);
        onAnswer.accept(RateTold.of(response.headers()));
        var answer = new Answer(what, response.statusCode(), json(response), response.body());
        if (answer.ok() && answer.body().isMissingNode() && response.body().length > 0) {
            throw nonsense(answer, NOT_JSON);
        }
        if (answer.ok() || answer.status() == 404 || isRefusal(answer)) {
            senseless.remove(answer.what(), NOT_JSON);
            return answer;
        }
        throw failure(answer, response);
    }

    /** A page of some proxy says nothing about the items; that a body is too large, everybody may say. */
    private static boolean isRefusal(Answer answer) {
        return REFUSED.contains(answer.status())
                && (answer.status() == 413
                        || !answer.code().isEmpty()
                        || answer.body().has("results"));
    }

    /** What became of the items is not known. Told once, until an answer of this kind makes sense again. */
    TransientFailure nonsense(Answer answer, String how) {
        String message = "SmartMails answered " + answer.what() + " with " + how;
        String kind = how.replaceAll("\\d+", "n");
        if (!kind.equals(senseless.put(answer.what(), kind))) {
            LOG.warn("{} ({}): {}", message, answer.status(), Excerpt.of(answer.body(), answer.raw()));
        }
        return new TransientFailure(message, Duration.ZERO, new SmartMailsClient.Uncertain(true));
    }

    void makesSense(Answer answer) {
        senseless.remove(answer.what());
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
            throw unavailable("gave no answer to " + what + " within " + time.toSeconds() + " s", true);
        } catch (ExecutionException e) {
            boolean left = !neverLeft(e.getCause());
            throw unavailable(
                    (left ? "broke off the answer to " + what : "could not be reached") + " ("
                            + e.getCause().getClass().getSimpleName() + ")",
                    left);
        } catch (InterruptedException e) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for: the hub is stopping", true);
        }
    }

    private static boolean neverLeft(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpConnectTimeoutException
                    || cause instanceof ConnectException
                    || cause instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }

    /** @param left whether the request may have been taken */
    private TransientFailure unavailable(String what, boolean left) {
        return new TransientFailure(
                "SmartMails at " + settings.baseUrl().getAuthority() + " " + what,
                Duration.ZERO,
                left ? new SmartMailsClient.Uncertain(false) : null);
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
        if (status == 403 && answer.code().equals("missing_scope")) {
            String scope = answer.body().path("required_scope").asText("");
            return new SmartMailsClient.ScopeMissing("SmartMails' key lacks the scope "
                    + (scope.matches("[a-z_]{1,30}:[a-z_|]{1,30}") ? scope : "for " + answer.what())
                    + "; give it to the key");
        }
        if (status == 401 || status == 403) {
            return new SmartMailsClient.KeyRefused("SmartMails refuses the key: " + told(answer));
        }
        Duration after = retryAfter(response);
        if (status == 429) {
            return new SmartMailsClient.Throttled(
                    "SmartMails asks to wait: " + told(answer),
                    after,
                    answer.code().equals("quota_exceeded"));
        }
        if (status == 408 || status >= 500) {
            // Only the contract's own "not now" says that nothing was taken; any other may come after the work.
            boolean notTaken = status == 503 && NOT_NOW.contains(answer.code());
            return new TransientFailure(
                    "SmartMails answered " + told(answer),
                    after,
                    notTaken ? null : new SmartMailsClient.Uncertain(false));
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

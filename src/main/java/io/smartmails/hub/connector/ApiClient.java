// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls the API of one connection with its login. Follows no redirect and sends the token nowhere but to the configured
 * address. One try per call: repeating belongs to whoever schedules the poll.
 */
final class ApiClient {
    /** @param at the system's own clock when it answered; null when it did not say */
    record Page(JsonNode body, Instant at) {}

    private final Connection connection;
    private final Api api;
    private final URI base;
    private final HttpClient http;
    private String token;

    ApiClient(Connection connection, Api api) {
        this.connection = connection;
        this.api = api;
        this.base = URI.create(connection.required(api.url()));
        this.http = HttpClient.newBuilder()
                .connectTimeout(api.connectTimeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /**
     * @param address path with query, or a full address on the same host, as vendors give for the next page
     * @return the answer; empty when the address was that of a page the system no longer keeps
     */
    Optional<Page> get(String address, Map<String, String> headers) {
        var target = target(address);
        var answer = authorised(target, headers, token(false));
        if (answer.statusCode() == 401) {
            answer = authorised(target, headers, token(true));
        }
        if (answer.statusCode() == 200) {
            return Optional.of(new Page(json(answer), serverTime(answer)));
        }
        if (api.expiredPageCodes().contains(errorCode(answer))) {
            return Optional.empty();
        }
        throw refused("the query", answer);
    }

    private URI target(String address) {
        try {
            var target = base.resolve(address);
            if (target.getScheme().equals(base.getScheme())
                    && target.getRawAuthority().equals(base.getRawAuthority())) {
                return target;
            }
        } catch (IllegalArgumentException | NullPointerException e) {
            throw permanent("the system named an address that is none", e);
        }
        throw permanent("the system named a next page on another host, and the token is not for that host", null);
    }

    private HttpResponse<byte[]> authorised(URI target, Map<String, String> headers, String bearer) {
        var request = HttpRequest.newBuilder(target).header("Accept", "application/json");
        headers.forEach(request::header);
        return send(request.header("Authorization", "Bearer " + bearer).GET().build());
    }

    private synchronized String token(boolean renew) {
        if (token == null || renew) {
            token = null;
            token = login();
        }
        return token;
    }

    private String login() {
        var login = api.login();
        var form = "grant_type=client_credentials&client_id=" + encoded(login.clientId()) + "&client_secret="
                + encoded(login.clientSecret());
        var answer = send(HttpRequest.newBuilder(base.resolve(login.tokenPath()))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build());
        if (answer.statusCode() != 200) {
            throw refused("the login", answer);
        }
        var bearer = json(answer).path("access_token").asText("");
        if (bearer.isBlank()) {
            throw permanent("the login was answered without an access_token", null);
        }
        return bearer;
    }

    private String encoded(String setting) {
        return URLEncoder.encode(connection.required(setting), StandardCharsets.UTF_8);
    }

    /** The JDK's own time-out ends with the headers, so the wait for the whole answer is bounded here. */
    private HttpResponse<byte[]> send(HttpRequest request) {
        var pending = http.sendAsync(request, BodyHandlers.ofByteArray());
        try {
            return pending.get(api.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            pending.cancel(true);
            throw unavailable(
                    "no complete answer within " + api.requestTimeout().toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw unavailable("not reachable (" + e.getCause().getClass().getSimpleName() + ")", e);
        } catch (InterruptedException e) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw unavailable("the call was interrupted", e);
        }
    }

    private JsonNode json(HttpResponse<byte[]> answer) {
        try {
            return Payload.read(Payload.Format.JSON, answer.body());
        } catch (Payload.Unreadable e) {
            throw permanent("the system answered " + answer.statusCode() + " with something that is not JSON", e);
        }
    }

    private String errorCode(HttpResponse<byte[]> answer) {
        JsonNode tree;
        try {
            tree = Payload.JSON.readTree(answer.body());
        } catch (IOException e) {
            tree = MissingNode.getInstance();
        }
        return api.errorCode().in(tree).asText("");
    }

    /** The system's own words are left out: they may quote what we sent. */
    private RuntimeException refused(String what, HttpResponse<byte[]> answer) {
        int status = answer.statusCode();
        var code = errorCode(answer);
        var told = what + " was answered " + status + (code.matches("[A-Za-z0-9_]{1,64}") ? " " + code : "");
        if (api.transientCodes().contains(code)) {
            var asked = retryAfter(answer);
            return new TransientFailure(
                    connection.name() + ": " + told,
                    asked.compareTo(api.transientAfter()) > 0 ? asked : api.transientAfter());
        }
        if (status == 429 || status == 408 || status >= 500) {
            return new TransientFailure(connection.name() + ": " + told, retryAfter(answer));
        }
        return permanent(told, null);
    }

    /** Seconds only; the date form is rare and its absence merely leaves the pause to the caller. */
    private static Duration retryAfter(HttpResponse<byte[]> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("\\d{1,6}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                .orElse(Duration.ZERO);
    }

    private static Instant serverTime(HttpResponse<byte[]> answer) {
        try {
            return answer.headers()
                    .firstValue("Date")
                    .map(date -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)))
                    .orElse(null);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private TransientFailure unavailable(String what, Exception cause) {
        return new TransientFailure(connection.name() + ": " + base.getHost() + " " + what, Duration.ZERO, cause);
    }

    private PermanentFailure permanent(String what, Exception cause) {
        return new PermanentFailure(
                connection.name() + ": " + what
                        + "; check this connection in config/connections.yaml and the connector's README",
                cause);
    }
}

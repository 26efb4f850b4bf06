// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.gateway.GatewayFilter;
import io.smartmails.hub.smartmails.Relay;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Hands requests on to SmartMails under the account's key. Equal reads share one request and, for a short time, its answer;
 * a write makes every cached answer of the account old, before it leaves and again after it came back.
 *
 * <p>Of a request go along: method, path, query, body, {@code Accept}, {@code Content-Type}, {@code If-Match}, {@code
 * Prefer}, the request id and an {@code Idempotency-Key} that is made unique to the caller. Nothing else does.
 */
final class PassThrough {
    private static final long MOST_CACHED_BYTES = 32L * 1024 * 1024;
    private static final int MOST_ACCEPT = 200;

    private record Read(long epoch, String target, String accept) {}

    /** The cache logs futures that fail, so that its futures do not. */
    private record Outcome(Reply reply, Throwable failure) {
        Reply get() {
            if (failure != null) {
                throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
            }
            return reply;
        }

        int bytes() {
            return reply == null ? 0 : reply.body().length;
        }
    }

    private final PacedRelay relay;
    private final HubIds ids;
    private final String basePath;
    private final InstantSource clock;
    private final AsyncCache<Read, Outcome> cache;
    /** Grows with every write; what was read before a write is never found after it. */
    private final AtomicLong epoch = new AtomicLong();

    /**
     * @param baseUrl of SmartMails
     * @param kept how long an answer serves others; zero for no longer than it takes
     */
    PassThrough(PacedRelay relay, HubIds ids, URI baseUrl, Duration kept, InstantSource clock) {
        this.relay = relay;
        this.ids = ids;
        this.basePath = baseUrl.getPath();
        this.clock = clock;
        Ticker ticker = () -> clock.millis() * 1_000_000;
        this.cache = Caffeine.newBuilder()
                .expireAfterWrite(kept)
                .maximumWeight(MOST_CACHED_BYTES)
                .weigher((Read read, Outcome outcome) -> read.target().length() + outcome.bytes() + 500)
                .ticker(ticker)
                .executor(Runnable::run)
                .buildAsync();
    }

    /** @param path decoded segments after the version */
    CompletableFuture<Reply> read(HttpServletRequest request, Caller caller, Endpoint endpoint, List<String> path) {
        String given = request.getHeader("Accept");
        String accept = given == null || given.length() > MOST_ACCEPT ? "*/*" : given;
        String requestId = (String) request.getAttribute(GatewayFilter.REQUEST_ID);
        var read = new Read(epoch.get(), target(request, path), accept);
        if ("no-cache".equals(request.getHeader("Cache-Control"))) {
            cache.synchronous().invalidate(read);
        }
        CompletableFuture<Reply> reply =
                endpoint.file() ? fetch(read, endpoint, requestId) : cached(read, endpoint, requestId);
        return path.get(0).equals("account") ? reply.thenApply(account -> asCallerSees(account, caller)) : reply;
    }

    private CompletableFuture<Reply> fetch(Read read, Endpoint endpoint, String requestId) {
        var call =
                new Relay.Call("GET", read.target(), Map.of("Accept", read.accept(), "X-Request-Id", requestId), null);
        return send(call, endpoint);
    }

    /** Only what is there is worth keeping; whoever asked meanwhile shares a failure too. */
    private CompletableFuture<Reply> cached(Read read, Endpoint endpoint, String requestId) {
        CompletableFuture<Outcome> outcome = cache.get(
                read, (key, executor) -> fetch(key, endpoint, requestId).handle(Outcome::new));
        return outcome.thenApply(came -> {
            if (came.reply() == null || came.reply().status() != 200) {
                cache.asMap().remove(read, outcome);
            }
            return came.get();
        });
    }

    private CompletableFuture<Reply> send(Relay.Call call, Endpoint endpoint) {
        return relay.send(call).thenApply(answer -> {
            Reply reply = UpstreamAnswer.read(answer, endpoint, basePath, clock.millis());
            return Reply.JSON.equals(reply.contentType()) ? reply.withBody(ids.toHub(reply.body())) : reply;
        });
    }

    /** @throws io.smartmails.problem.ProblemException 400, 403 for a test key, 413, 415 */
    CompletableFuture<Reply> write(HttpServletRequest request, Caller caller, Endpoint endpoint, List<String> path)
            throws IOException {
        if (caller.test()) {
            throw Problem.of(
                            ProblemCode.TEST_KEY,
                            "Nothing a test key sends leaves the hub, so this cannot be tried; read it, or use a live key")
                    .asException();
        }
        boolean hasBody = !request.getMethod().equals("DELETE");
        boolean upload = path.equals(List.of("imports")) && Bodies.isType(request, "multipart/form-data");
        byte[] body = !hasBody ? null : upload ? Bodies.raw(request, endpoint.maxBodyBytes()) : json(request, endpoint);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", Reply.JSON);
        headers.put("X-Request-Id", (String) request.getAttribute(GatewayFilter.REQUEST_ID));
        if (hasBody) {
            headers.put("Content-Type", upload ? request.getContentType() : Reply.JSON);
        }
        for (String name : List.of("If-Match", "Prefer")) {
            if (request.getHeader(name) != null) {
                headers.put(name, request.getHeader(name));
            }
        }
        String idempotencyKey = request.getHeader("Idempotency-Key");
        if (idempotencyKey != null && hasBody) {
            headers.put("Idempotency-Key", ownKey(caller, idempotencyKey));
        }
        epoch.incrementAndGet();
        return send(new Relay.Call(request.getMethod(), target(request, path), headers, body), endpoint)
                .whenComplete((reply, failure) -> epoch.incrementAndGet());
    }

    private byte[] json(HttpServletRequest request, Endpoint endpoint) throws IOException {
        byte[] body = Bodies.json(request, endpoint.maxBodyBytes());
        if (body.length > 0 && !ApiJson.isJson(body)) {
            ApiJson.object(body);
        }
        return ids.toSmartMails(body);
    }

    /** Two applications that chose the same key must not get each other's answers. */
    private static String ownKey(Caller caller, String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((caller.bucketId() + "\n" + key).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Built from the checked segments, not from what the caller wrote: no dots, parameters or second slashes get through. */
    private String target(HttpServletRequest request, List<String> path) {
        String encoded = path.stream()
                .map(segment ->
                        URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/", "/", ""));
        String target =
                request.getQueryString() == null ? encoded : encoded + "?" + ids.toSmartMails(request.getQueryString());
        try {
            return URI.create(target).toString();
        } catch (IllegalArgumentException e) {
            throw Problem.of(ProblemCode.INVALID_PARAMETER, "The query has characters that must be percent-encoded")
                    .asException();
        }
    }

    /** The account with what holds for this key at this hub: its mode, its own rate, and no generic batch. */
    private static Reply asCallerSees(Reply reply, Caller caller) {
        if (reply.status() != 200) {
            return reply;
        }
        ObjectNode account = ApiJson.object(reply.body());
        account.put("mode", caller.test() ? "test" : "live");
        if (account.get("limits") instanceof ObjectNode limits) {
            caller.limits().windows().stream()
                    .filter(window -> window.length().equals(Duration.ofMinutes(1)))
                    .findFirst()
                    .ifPresent(window -> limits.put("requests_per_minute", window.quota()));
        }
        if (account.get("capabilities") instanceof ArrayNode capabilities) {
            capabilities.removeIf(name -> name.asText().equals("batch"));
        }
        Reply shown = Reply.json(200, account);
        return new Reply(200, Reply.JSON, shown.body(), Map.of(), reply.madeAt());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Hands requests of applications on to SmartMails under the account's key and gives the answers back as bytes; what they
 * mean is the caller's business. One try each, no redirect followed, nothing of the caller's headers but what is passed in.
 * Whoever calls has taken leave of the {@link ControlLane} before. Times: 3 s to connect, 10 s for a call as a whole, 30 s
 * with a body above 1 MB. Answers above 16 MB are cut off. Safe for many threads.
 */
public final class Relay {
    private static final Duration CONNECT_TIME = Duration.ofSeconds(3);
    private static final Duration LONG_TIME = Duration.ofSeconds(30);
    private static final int LARGE_BODY = 1024 * 1024;
    private static final int MOST_ANSWER_BYTES = 16 * 1024 * 1024;

    /**
     * @param target path after the version with its query, encoded: {@code /templates?limit=1}
     * @param headers to send along; never the caller's credentials
     * @param body null for none
     */
    public record Call(String method, String target, Map<String, String> headers, byte[] body) {}

    /** Whatever status came; null for a header that did not. */
    public record Answer(int status, Head headers, byte[] body) {}

    /** First value of a header, or null. */
    public interface Head {
        String first(String name);
    }

    /** Why there is no answer. A write may have happened unless it is {@link #UNREACHABLE}. */
    public enum Fault {
        /** No connection: nothing left the hub. */
        UNREACHABLE,
        /** The connection ended before the answer did. */
        BROKEN,
        TIMEOUT,
        TOO_LARGE
    }

    public static final class Failure extends RuntimeException {
        private final Fault fault;

        Failure(Fault fault, Throwable cause) {
            super("SmartMails: " + fault, cause, false, false);
            this.fault = fault;
        }

        public Fault fault() {
            return fault;
        }
    }

    private final SmartMailsSettings settings;
    private final byte[] key;
    private final Duration callTime;
    private final HttpClient http;

    public Relay(SmartMailsSettings settings, Duration callTime) {
        this.settings = settings;
        this.key = settings.apiKey().getBytes(StandardCharsets.UTF_8);
        this.callTime = callTime;
        this.http = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIME.compareTo(callTime) < 0 ? CONNECT_TIME : callTime)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** Completes with an answer or with a {@link Failure}; always within the time for a call. */
    public CompletableFuture<Answer> send(Call call) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(settings.baseUrl() + call.target()))
                .header("Authorization", "Bearer " + settings.apiKey());
        call.headers().forEach(request::header);
        request.method(
                call.method(),
                call.body() == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofByteArray(call.body()));
        Duration time = call.body() != null && call.body().length > LARGE_BODY ? LONG_TIME : callTime;
        CompletableFuture<HttpResponse<byte[]>> exchange =
                http.sendAsync(request.build(), head -> new BoundedBody(MOST_ANSWER_BYTES));
        // The client's own time-out ends with the headers of the answer. A copy, so that the exchange can be given up.
        return exchange.copy().orTimeout(time.toMillis(), TimeUnit.MILLISECONDS).handle((response, failure) -> {
            if (failure != null) {
                exchange.cancel(true);
                throw new Failure(fault(failure), failure);
            }
            if (tellsKey(response.body())) {
                throw new Failure(Fault.BROKEN, null);
            }
            return new Answer(
                    response.statusCode(),
                    name -> response.headers().firstValue(name).orElse(null),
                    response.body());
        });
    }

    /** An upstream that echoes what it was sent must not tell applications the account's key. */
    private boolean tellsKey(byte[] body) {
        int last = body.length - key.length;
        for (int at = 0; at <= last; at++) {
            if (body[at] == key[0] && Arrays.mismatch(body, at, at + key.length, key, 0, key.length) < 0) {
                return true;
            }
        }
        return false;
    }

    private static Fault fault(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AnswerTooLarge) {
                return Fault.TOO_LARGE;
            }
            if (cause instanceof java.net.http.HttpConnectTimeoutException
                    || cause instanceof java.net.ConnectException
                    || cause instanceof java.net.UnknownHostException
                    || cause instanceof java.nio.channels.UnresolvedAddressException) {
                return Fault.UNREACHABLE;
            }
            if (cause instanceof TimeoutException) {
                return Fault.TIMEOUT;
            }
            if (!(cause instanceof CompletionException) && cause.getCause() == null) {
                return Fault.BROKEN;
            }
        }
        return Fault.BROKEN;
    }

    private static final class AnswerTooLarge extends RuntimeException {
        AnswerTooLarge() {
            super("the answer is too large", null, false, false);
        }
    }

    /** Collects a body and lets go of the connection when it gets too large. */
    private static final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
        private final int most;
        private final CompletableFuture<byte[]> result = new CompletableFuture<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private Flow.Subscription subscription;

        private BoundedBody(int most) {
            this.most = most;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return result;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                if (body.size() + part.remaining() > most) {
                    subscription.cancel();
                    result.completeExceptionally(new AnswerTooLarge());
                    return;
                }
                byte[] bytes = new byte[part.remaining()];
                part.get(bytes);
                body.write(bytes, 0, bytes.length);
            }
        }

        @Override
        public void onError(Throwable failure) {
            result.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            result.complete(body.toByteArray());
        }
    }
}

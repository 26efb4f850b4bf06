// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.smartmails.Relay;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What an answer of SmartMails means for an application: checked, stripped of what is between hub and SmartMails, and never
 * blaming the application for the hub's own key.
 */
final class UpstreamAnswer {
    private static final List<String> KEPT_HEADERS =
            List.of("ETag", "Last-Modified", "Idempotency-Replayed", "Deprecation", "Sunset");
    /** About the application's request; its problem is told as it stands. */
    private static final Set<Integer> ABOUT_THE_REQUEST = Set.of(400, 402, 404, 405, 406, 409, 410, 412, 413, 415, 422);
    /** 403s about the account, which an application can do something about; all others are about the hub's key. */
    private static final Set<String> ABOUT_THE_ACCOUNT = Set.of("account_suspended", "sender_not_verified");

    private static final Set<String> FILES = Set.of(
            "text/csv", "application/json", "application/x-ndjson", "application/gzip", "application/octet-stream");
    private static final long USUAL_PAUSE_SECONDS = 5;
    private static final long LONGEST_PAUSE_SECONDS = 24 * 60 * 60;

    private UpstreamAnswer() {}

    /**
     * @param basePath path of SmartMails' base URL, with the version
     * @param now epoch ms
     * @throws io.smartmails.problem.ProblemException 502, 503, 504, 429 {@code quota_exceeded}
     */
    static Reply read(Relay.Answer answer, Endpoint endpoint, String basePath, long now) {
        int status = answer.status();
        if (status / 100 == 2) {
            return new Reply(status, contentType(answer, endpoint), answer.body(), headers(answer, basePath), now);
        }
        JsonNode problem = problem(answer);
        String code = problem.path("code").asText("");
        if (ABOUT_THE_REQUEST.contains(status) && !code.isEmpty()
                || status == 403 && ABOUT_THE_ACCOUNT.contains(code)) {
            Reply reply = new Reply(status, Problem.MEDIA_TYPE, answer.body(), headers(answer, basePath), now);
            String allow = answer.headers().first("Allow");
            return allow == null ? reply : reply.with("Allow", allow);
        }
        throw failure(answer, code).asException();
    }

    private static Problem failure(Relay.Answer answer, String code) {
        int status = answer.status();
        String seconds = Long.toString(retryAfterSeconds(answer));
        if (status == 429 && code.equals(ProblemCode.QUOTA_EXCEEDED.code())) {
            return Problem.of(ProblemCode.QUOTA_EXCEEDED, "The account's quota at SmartMails is used up")
                    .withHeader("Retry-After", seconds);
        }
        if (status == 429) {
            return Problem.of(ProblemCode.OVERLOADED, "SmartMails asks to wait; ask again in " + seconds + " s")
                    .withHeader("Retry-After", seconds);
        }
        if (status == 503) {
            return Problem.of(
                            code.equals(ProblemCode.MAINTENANCE.code())
                                    ? ProblemCode.MAINTENANCE
                                    : ProblemCode.OVERLOADED,
                            "SmartMails is not available just now; ask again in " + seconds + " s")
                    .withHeader("Retry-After", seconds);
        }
        if (status == 408 || status == 504) {
            return Problem.of(ProblemCode.UPSTREAM_TIMEOUT, "SmartMails took too long; look before you repeat a write");
        }
        String detail = status == 401 || status == 403
                ? "SmartMails does not let this account do that; tell the operator of the hub"
                : "SmartMails gave no usable answer; look before you repeat a write";
        Problem problem = Problem.of(ProblemCode.UPSTREAM_ERROR, detail).with("upstream_status", status);
        return code.matches("[a-z0-9_]{1,64}") ? problem.with("upstream_code", code) : problem;
    }

    static Problem failure(Relay.Fault fault) {
        return switch (fault) {
            case TIMEOUT ->
                Problem.of(
                        ProblemCode.UPSTREAM_TIMEOUT,
                        "SmartMails did not answer in time; look before you repeat a write");
            case UNREACHABLE ->
                Problem.of(ProblemCode.UPSTREAM_ERROR, "SmartMails cannot be reached; nothing was done");
            case BROKEN ->
                Problem.of(
                        ProblemCode.UPSTREAM_ERROR, "SmartMails gave no usable answer; look before you repeat a write");
            case TOO_LARGE ->
                Problem.of(ProblemCode.UPSTREAM_ERROR, "The answer of SmartMails is too large; ask for smaller pages");
        };
    }

    private static String contentType(Relay.Answer answer, Endpoint endpoint) {
        if (answer.body().length == 0) {
            return null;
        }
        String given = answer.headers().first("Content-Type");
        String type = given == null
                ? ""
                : given.toLowerCase(Locale.ROOT).split(";", 2)[0].strip();
        if (endpoint.file() && FILES.contains(type)) {
            return type;
        }
        if (!type.equals(Reply.JSON) || !ApiJson.isJson(answer.body())) {
            throw failure(Relay.Fault.BROKEN)
                    .with("upstream_status", answer.status())
                    .asException();
        }
        return Reply.JSON;
    }

    private static Map<String, String> headers(Relay.Answer answer, String basePath) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : KEPT_HEADERS) {
            String value = answer.headers().first(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        String location = answer.headers().first("Location");
        if (location != null) {
            int at = location.indexOf(basePath + "/");
            if (at >= 0) {
                headers.put("Location", "/v1" + location.substring(at + basePath.length()));
            }
        }
        return headers;
    }

    private static JsonNode problem(Relay.Answer answer) {
        try {
            return ApiJson.MAPPER.readTree(answer.body());
        } catch (IOException e) {
            return ApiJson.MAPPER.missingNode();
        }
    }

    /** The problem of SmartMails as the hub's own: its request id and path, and a status that is the real one. */
    static byte[] ownProblem(Reply reply, String requestId, String instance) {
        try {
            ObjectNode problem = (ObjectNode) ApiJson.MAPPER.readTree(reply.body());
            problem.put("status", reply.status()).put("instance", instance).put("request_id", requestId);
            return ApiJson.MAPPER.writeValueAsBytes(problem);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem that was read cannot be read", e);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static long retryAfterSeconds(Relay.Answer answer) {
        String value = answer.headers().first("Retry-After");
        return value != null && value.matches("\\d{1,9}")
                ? Math.min(LONGEST_PAUSE_SECONDS, Math.max(1, Long.parseLong(value)))
                : USUAL_PAUSE_SECONDS;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.problem;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One refusal.
 *
 * @param code stable code and status
 * @param detail what is wrong this time and what to do, in a sentence; no secrets
 * @param errors wrong places in the body, each with a JSON pointer; empty when there are none
 * @param extras further members of the answer, for example {@code required_scope} or {@code max_bytes}
 * @param headers further HTTP headers of the answer, for example {@code Retry-After} or {@code Allow}
 */
public record Problem(
        ProblemCode code,
        String detail,
        List<FieldError> errors,
        Map<String, Object> extras,
        Map<String, String> headers) {

    public static final String MEDIA_TYPE = "application/problem+json";
    private static final String TYPE_BASE = "https://docs.smartmails-hub.invalid/errors/";

    /** @param pointer RFC 6901 pointer into the request body */
    public record FieldError(String pointer, String code, String detail) {}

    public Problem {
        errors = List.copyOf(errors);
        extras = Collections.unmodifiableMap(new LinkedHashMap<>(extras));
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    public static Problem of(ProblemCode code, String detail) {
        return new Problem(code, detail, List.of(), Map.of(), Map.of());
    }

    public Problem withError(String pointer, String errorCode, String errorDetail) {
        var all = new ArrayList<>(errors);
        all.add(new FieldError(pointer, errorCode, errorDetail));
        return new Problem(code, detail, all, extras, headers);
    }

    public Problem with(String member, Object value) {
        var all = new LinkedHashMap<>(extras);
        all.put(member, value);
        return new Problem(code, detail, errors, all, headers);
    }

    public Problem withHeader(String name, String value) {
        var all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new Problem(code, detail, errors, extras, all);
    }

    public int status() {
        return code.status();
    }

    /** The members of the JSON answer, in the contract's order. */
    public Map<String, Object> body(String instance, String requestId) {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", TYPE_BASE + code.code());
        body.put("title", code.title());
        body.put("status", code.status());
        body.put("code", code.code());
        body.put("detail", detail);
        if (instance != null) {
            body.put("instance", instance);
        }
        if (requestId != null) {
            body.put("request_id", requestId);
        }
        body.put("retryable", code.retryable());
        if (!errors.isEmpty()) {
            body.put("errors", errors.stream().map(Problem::members).toList());
        }
        body.putAll(extras);
        return body;
    }

    private static Map<String, Object> members(FieldError error) {
        var members = new LinkedHashMap<String, Object>();
        members.put("pointer", error.pointer());
        members.put("code", error.code());
        members.put("detail", error.detail());
        return members;
    }

    /** As an exception, for code that cannot go on. */
    public ProblemException asException() {
        return new ProblemException(this);
    }
}

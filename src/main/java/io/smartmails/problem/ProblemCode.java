// SPDX-License-Identifier: Apache-2.0
package io.smartmails.problem;

import java.util.Locale;

/** The stable codes, each with its status. Clients match on the code (the lower-case name), so a name never changes. */
public enum ProblemCode {
    INVALID_REQUEST(400, "The request is malformed", false),
    INVALID_JSON(400, "The body is not valid JSON", false),
    INVALID_PARAMETER(400, "A parameter is wrong", false),
    INVALID_CURSOR(400, "The cursor is unknown or too old", false),
    REQUEST_TIMEOUT(400, "The request came too slowly", true),
    MISSING_KEY(401, "An API key is needed", false),
    MALFORMED_KEY(401, "That is not an API key", false),
    UNKNOWN_KEY(401, "The API key is not known", false),
    EXPIRED_KEY(401, "The API key has expired", false),
    REVOKED_KEY(401, "The API key was revoked", false),
    KEY_IN_URL(401, "An API key stood in the URL", false),
    SIGNATURE_MISMATCH(401, "The signature does not match", false),
    MISSING_SCOPE(403, "The API key lacks a scope", false),
    ROLE_FORBIDDEN(403, "That is not for this API key", false),
    IP_NOT_ALLOWED(403, "This address may not use the API key", false),
    HTTPS_REQUIRED(403, "HTTPS is required", false),
    FORM_EXPIRED(403, "The form is out of date", false),
    NOT_FOUND(404, "There is no such thing", false),
    UNKNOWN_ENDPOINT(404, "There is no such endpoint", false),
    UNKNOWN_CONNECTION(404, "There is no such connection", false),
    METHOD_NOT_ALLOWED(405, "The method is not allowed here", false),
    NOT_ACCEPTABLE(406, "That media type is not offered", false),
    ALREADY_EXISTS(409, "It exists already", false),
    IDEMPOTENCY_IN_PROGRESS(409, "The first call with this key is still running", true),
    INVALID_STATE(409, "Its state does not allow that", false),
    GONE(410, "It is gone", false),
    LENGTH_REQUIRED(411, "A length is required", false),
    PRECONDITION_FAILED(412, "It was changed meanwhile", false),
    PAYLOAD_TOO_LARGE(413, "The body is too large", false),
    BATCH_TOO_LARGE(413, "The batch has too many items", false),
    URI_TOO_LONG(414, "The address is too long", false),
    UNSUPPORTED_MEDIA_TYPE(415, "That media type is not accepted", false),
    VALIDATION_FAILED(422, "Validation failed", false),
    UNKNOWN_FIELD(422, "A field is not known", false),
    IDEMPOTENCY_MISMATCH(422, "The idempotency key was used for another request", false),
    TEMPLATE_ERROR(422, "The template is wrong", false),
    ALL_ITEMS_REJECTED(422, "Every item was rejected", false),
    RATE_LIMITED(429, "Too many requests", true),
    QUOTA_EXCEEDED(429, "The quota is used up", true),
    CONCURRENCY_LIMITED(429, "Too many calls at once", true),
    HEADERS_TOO_LARGE(431, "The header fields are too large", false),
    INTERNAL_ERROR(500, "Something went wrong on our side", true),
    UPSTREAM_ERROR(502, "SmartMails answered with an error", true),
    OVERLOADED(503, "Too much is waiting already", true),
    MAINTENANCE(503, "Not available just now", true),
    UPSTREAM_TIMEOUT(504, "SmartMails did not answer in time", true);

    private final int status;
    private final String title;
    private final boolean retryable;

    ProblemCode(int status, String title, boolean retryable) {
        this.status = status;
        this.title = title;
        this.retryable = retryable;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** Whether the same request may succeed later. */
    public boolean retryable() {
        return retryable;
    }

    /** The public spelling, for example {@code validation_failed}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

/**
 * Something the front door noticed.
 *
 * @param keyId the key concerned; null when it is not known
 * @param address where the call came from
 * @param detail code of the refusal, missing scope; no secret, no personal data; may be null
 */
public record SecurityEvent(Kind kind, String keyId, String address, String detail, String requestId) {
    /** What was noticed. */
    public enum Kind {
        /** A call got in with this key. */
        KEY_USED,
        /** 401: no such key, malformed, two credentials. */
        KEY_REFUSED,
        /** 401 with a key that matches a stored hash but was revoked, disabled or has expired. */
        DEAD_KEY_USED,
        /** A whole live key stood in a URL. */
        KEY_IN_URL,
        /** 403: the scope in detail is missing. */
        SCOPE_MISSING,
        /** 403: the address may not use the key, or may not come at all. */
        ADDRESS_REFUSED,
        /** 429 for a key. */
        THROTTLED,
        /** 429 for an address that tried too many wrong keys. */
        ADDRESS_THROTTLED,
        /** A key ends soon; detail = days that are left at most: 14, 3 or 1. */
        KEY_EXPIRING
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.key.ApiKey;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Enumeration;

/** Finds the one credential of a request, as RFC 6750 has it: in the Authorization header and nowhere else. */
final class Credentials {
    private static final String BEARER = "bearer";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final int MAX_FORM_BYTES = 64 * 1024;

    private Credentials() {}

    /**
     * The bearer token as sent, not yet proved.
     *
     * @throws io.smartmails.problem.ProblemException 401 {@code missing_key} or {@code malformed_key}, 400 {@code
     *     invalid_request} for two of them
     */
    static String bearer(HttpServletRequest request) {
        Enumeration<String> headers = request.getHeaders("Authorization");
        if (!headers.hasMoreElements()) {
            throw missing();
        }
        String value = headers.nextElement();
        if (headers.hasMoreElements() || value.indexOf(',') >= 0) {
            throw Problem.of(ProblemCode.INVALID_REQUEST, "Send one Authorization header with one key")
                    .withHeader(
                            "WWW-Authenticate",
                            "Bearer realm=\"" + ProblemWriter.REALM + "\", error=\"invalid_request\"")
                    .asException();
        }
        if (!value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                || (value.length() > BEARER.length() && value.charAt(BEARER.length()) != ' ')) {
            throw missing();
        }
        int start = BEARER.length();
        int end = value.length();
        while (start < end && value.charAt(start) == ' ') {
            start++;
        }
        while (end > start && value.charAt(end - 1) == ' ') {
            end--;
        }
        return value.substring(start, end);
    }

    private static RuntimeException missing() {
        return Problem.of(ProblemCode.MISSING_KEY, "Send 'Authorization: Bearer <hub key>'")
                .asException();
    }

    /**
     * A whole key where it does not belong: in the path, in the query, or in the body of a form.
     *
     * @return the key, null for none
     */
    static String misplaced(HttpServletRequest request) throws IOException {
        String found = keyIn(request.getRequestURI());
        String query = request.getQueryString();
        if (found == null && query != null) {
            found = keyIn(query);
        }
        String type = request.getContentType();
        if (found == null && type != null && type.regionMatches(true, 0, FORM, 0, FORM.length())) {
            byte[] form = BodyReader.read(request, MAX_FORM_BYTES, StrictJson.BODY_TIME);
            found = keyIn(new String(form, StandardCharsets.ISO_8859_1));
        }
        return found;
    }

    /** Looks for the prefix only, so that ordinary addresses cost one scan. */
    static String keyIn(String text) {
        String plain = text.indexOf('%') < 0 ? text : decoded(text);
        for (int at = plain.indexOf("sm"); at >= 0; at = plain.indexOf("sm", at + 1)) {
            int end = at + ApiKey.LENGTH;
            if (end <= plain.length()) {
                String candidate = plain.substring(at, end);
                if (ApiKey.isWellFormed(candidate)) {
                    return candidate;
                }
            }
        }
        return null;
    }

    /** Keys are ASCII, so a sequence is one character; broken ones stay as they are. */
    private static String decoded(String text) {
        var plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%' && i + 2 < text.length()) {
                int high = Character.digit(text.charAt(i + 1), 16);
                int low = Character.digit(text.charAt(i + 2), 16);
                if (high >= 0 && low >= 0) {
                    plain.append((char) (high * 16 + low));
                    i += 2;
                    continue;
                }
            }
            plain.append(c);
        }
        return plain.toString();
    }
}

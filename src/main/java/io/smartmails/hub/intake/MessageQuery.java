// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import io.smartmails.problem.NearestName;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a caller asked of the listing of messages.
 *
 * @param labels what must hold: {@code to}, {@code tag}, {@code dedupe_id}, {@code metadata.<key>}
 * @param createdAfter exclusive
 * @param createdBefore exclusive
 * @param limit 1 to 1,000
 * @param cursor where the page before ended; null at the start
 */
record MessageQuery(
        String status,
        String template,
        Map<String, String> labels,
        Instant createdAfter,
        Instant createdBefore,
        boolean descending,
        int limit,
        Cursor cursor) {
    private static final List<String> STATUSES = List.of(
            "scheduled",
            "queued",
            "processing",
            "sent",
            "delivered",
            "deferred",
            "bounced",
            "dropped",
            "expired",
            "failed",
            "cancelled");
    private static final List<String> NAMES = List.of(
            "status",
            "to",
            "tag",
            "template_id",
            "dedupe_id",
            "metadata.<key>",
            "created_after",
            "created_before",
            "sort",
            "limit",
            "cursor");
    private static final String METADATA = "metadata.";
    private static final int MAX_LIMIT = 1000;
    private static final int USUAL_LIMIT = 50;
    /** Beyond any message, and still a number the database takes. */
    private static final Instant FOREVER = Instant.parse("9999-12-31T00:00:00Z");

    /** The last message of a page. */
    record Cursor(long at, String id) {
        static Cursor after(Message message) {
            return new Cursor(message.createdAt().toEpochMilli(), message.id());
        }

        String text() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((at + " " + id).getBytes(StandardCharsets.UTF_8));
        }

        static Cursor parse(String text) {
            try {
                String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
                int space = plain.indexOf(' ');
                return new Cursor(Long.parseLong(plain.substring(0, space)), plain.substring(space + 1));
            } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
                throw Problem.of(ProblemCode.INVALID_CURSOR, "Take the cursor from next_cursor, unchanged")
                        .asException();
            }
        }
    }

    /** @throws io.smartmails.problem.ProblemException 400 for an unknown parameter or a wrong value */
    static MessageQuery of(HttpServletRequest request) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (String name : Collections.list(request.getParameterNames())) {
            String value = request.getParameter(name);
            if (name.startsWith(METADATA) && name.length() > METADATA.length()) {
                labels.put(name, value);
            } else if (!NAMES.contains(name)) {
                throw invalid("There is no parameter '" + name + "' here" + NearestName.hint(name, NAMES));
            } else if (name.equals("to")) {
                labels.put(name, Address.key(value));
            } else if (name.equals("tag") || name.equals("dedupe_id")) {
                labels.put(name, value);
            }
        }
        String status = request.getParameter("status");
        if (status != null && !STATUSES.contains(status)) {
            throw invalid("status must be one of " + String.join(", ", STATUSES));
        }
        String sort = request.getParameter("sort");
        if (sort != null && !sort.equals("created_at") && !sort.equals("-created_at")) {
            throw invalid("sort must be created_at or -created_at");
        }
        String cursor = request.getParameter("cursor");
        return new MessageQuery(
                status,
                request.getParameter("template_id"),
                labels,
                time(request, "created_after", Instant.EPOCH),
                time(request, "created_before", FOREVER),
                !"created_at".equals(sort),
                limit(request.getParameter("limit")),
                cursor == null ? null : Cursor.parse(cursor));
    }

    private static int limit(String text) {
        if (text == null) {
            return USUAL_LIMIT;
        }
        int limit = text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MAX_LIMIT) {
            throw invalid("limit must be a number from 1 to " + MAX_LIMIT);
        }
        return limit;
    }

    private static Instant time(HttpServletRequest request, String name, Instant fallback) {
        String text = request.getParameter(name);
        return text == null
                ? fallback
                : FieldReader.timeOf(text)
                        .orElseThrow(() -> invalid(
                                name + " must be an RFC 3339 time such as 2026-01-31T12:00:00Z (send a + as %2B)"));
    }

    private static RuntimeException invalid(String detail) {
        return Problem.of(ProblemCode.INVALID_PARAMETER, detail).asException();
    }
}

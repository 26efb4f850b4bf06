// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smartmails.hub.audit.AuditEvent;
import io.smartmails.hub.audit.AuditView;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Who did what, and whether the record is whole. */
@RestController
@RequestMapping({"/admin/v1/audit-events", "/v1/audit-events"})
class AuditController {
    private static final String SCOPE = "audit:read";
    private static final Pattern CURSOR = Pattern.compile("seq:(\\d{1,18})");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AuditView audit;

    AuditController(AuditView audit) {
        this.audit = audit;
    }

    @GetMapping
    Map<String, Object> list(
            @RequestParam(required = false) String actor,
            @RequestParam(required = false) String action,
            @RequestParam(required = false) String target,
            @RequestParam(required = false) String after,
            @RequestParam(required = false) String before,
            @RequestParam(defaultValue = Limit.USUAL) int limit,
            @RequestParam(required = false) String cursor,
            HttpServletRequest request) {
        Asking.with(request, SCOPE);
        AuditView.Page page = audit.find(new AuditView.Query(
                actor,
                action,
                target,
                instant("after", after),
                instant("before", before),
                Limit.checked(limit),
                cursor == null ? null : seq(cursor)));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("data", page.events().stream().map(AuditController::json).toList());
        json.put("has_more", page.hasMore());
        json.put(
                "next_cursor",
                page.hasMore()
                        ? cursor(page.events().get(page.events().size() - 1).seq())
                        : null);
        return json;
    }

    @GetMapping("/verification")
    Map<String, Object> verification(HttpServletRequest request) {
        Asking.with(request, SCOPE);
        AuditView.Verification found = audit.verify();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("ok", found.ok());
        json.put("count", found.count());
        json.put("head", found.head());
        json.put("since", found.since());
        json.put("broken_seq", found.brokenSeq());
        json.put("reason", found.reason());
        return json;
    }

    private static Map<String, Object> json(AuditEvent event) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", event.id());
        json.put("seq", event.seq());
        json.put("at", event.at());
        json.put("actor", Map.of("type", event.actorType(), "id", event.actor()));
        json.put("ip", event.address());
        json.put("action", event.action());
        json.put("target", event.target());
        json.put("before", object(event.before()));
        json.put("after", object(event.after()));
        json.put("request_id", event.requestId());
        json.put("hash", event.hash());
        return json;
    }

    /** Null when it says nothing. */
    private static Map<?, ?> object(String text) {
        try {
            Map<?, ?> members = JSON.readValue(text, LinkedHashMap.class);
            return members.isEmpty() ? null : members;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Instant instant(String name, String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw Problem.of(
                            ProblemCode.INVALID_PARAMETER,
                            name + " must be a time as in RFC 3339, for example 2026-01-31T08:00:00Z.")
                    .asException();
        }
    }

    private static String cursor(long seq) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("seq:" + seq).getBytes(StandardCharsets.US_ASCII));
    }

    private static long seq(String cursor) {
        try {
            Matcher matcher =
                    CURSOR.matcher(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII));
            if (matcher.matches()) {
                return Long.parseLong(matcher.group(1));
            }
        } catch (IllegalArgumentException e) {
            // told below, in the same words
        }
        throw Problem.of(ProblemCode.INVALID_CURSOR, "Take the cursor from next_cursor of the page before, unchanged.")
                .asException();
    }
}

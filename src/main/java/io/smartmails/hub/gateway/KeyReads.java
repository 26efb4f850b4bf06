// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.problem.NearestName;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lists of keys and of their use, by the parameters of a request. */
public final class KeyReads {
    private static final int USUAL_LIMIT = 50;
    private static final int MAX_LIMIT = 1_000;
    private static final int USUAL_HOURS = 24;
    private static final int MAX_HOURS = (int) KeyUsage.KEPT.toHours();
    private static final int PREFIX_CHARS = 8;
    private static final int LAST_CHARS = 4;

    private final KeyStore store;
    private final KeyUsage usage;
    private final InstantSource clock;

    KeyReads(KeyStore store, KeyUsage usage, InstantSource clock) {
        this.store = store;
        this.usage = usage;
        this.clock = clock;
    }

    /**
     * A page of keys, newest first.
     *
     * @param parameters status, name (a part of it), prefix (up to 8 characters), last4, limit (1 to 1,000), cursor
     * @throws ProblemException 400 {@code invalid_parameter}, {@code invalid_cursor}
     */
    public Map<String, Object> list(Map<String, String[]> parameters) {
        var given = new Given(parameters, Set.of("status", "name", "prefix", "last4", "limit", "cursor"));
        int limit = given.number("limit", MAX_LIMIT, USUAL_LIMIT);
        var filter = new KeyStore.Filter(
                status(given.text("status")),
                given.text("name"),
                given.ofLength("prefix", 1, PREFIX_CHARS),
                given.ofLength("last4", LAST_CHARS, LAST_CHARS),
                cursor(given.text("cursor")));
        Instant now = clock.instant();
        List<HubKey> found = store.list(filter, limit + 1, now);
        boolean more = found.size() > limit;
        List<HubKey> page = found.subList(0, Math.min(limit, found.size()));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("data", page.stream().map(key -> KeyJson.shown(key, now)).toList());
        answer.put("has_more", more);
        answer.put(
                "next_cursor",
                more
                        ? Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(page.get(limit - 1).id().getBytes(StandardCharsets.UTF_8))
                        : null);
        return answer;
    }

    /**
     * The use of a key per hour, newest first; hours without a call are left out.
     *
     * @param parameters hours, 1 to 2,160 back from now, 24 when absent
     */
    public Map<String, Object> usage(String keyId, Map<String, String[]> parameters) {
        int hours = new Given(parameters, Set.of("hours")).number("hours", MAX_HOURS, USUAL_HOURS);
        Instant from = clock.instant().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(hours - 1L));
        List<Map<String, Object>> data =
                usage.since(keyId, from).stream().map(KeyReads::shown).toList();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("key_id", keyId);
        answer.put("from", KeyJson.time(from));
        answer.put("data", data);
        answer.put("has_more", false);
        return answer;
    }

    private static Map<String, Object> shown(KeyUsage.Hour hour) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("hour", KeyJson.time(hour.start()));
        shown.put("requests", hour.requests());
        shown.put("status_4xx", hour.clientErrors());
        shown.put("status_429", hour.throttled());
        shown.put("status_5xx", hour.serverErrors());
        shown.put("distinct_ips", hour.addresses());
        shown.put("p50_ms", hour.p50Millis());
        shown.put("p95_ms", hour.p95Millis());
        return shown;
    }

    private static HubKey.Status status(String code) {
        if (code == null) {
            return null;
        }
        return Arrays.stream(HubKey.Status.values())
                .filter(status -> status.code().equals(code))
                .findFirst()
                .orElseThrow(() -> invalid("There is no status '" + JsonForm.shown(code) + "'"
                        + NearestName.hint(
                                JsonForm.shown(code),
                                Arrays.stream(HubKey.Status.values())
                                        .map(HubKey.Status::code)
                                        .toList())));
    }

    private static String cursor(String text) {
        if (text == null) {
            return null;
        }
        try {
            String id = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            if (id.matches("key_[0-9A-Z]{26}")) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // told below, like every other wrong cursor
        }
        throw Problem.of(ProblemCode.INVALID_CURSOR, "Take the cursor from next_cursor of the page before")
                .asException();
    }

    private static ProblemException invalid(String detail) {
        return Problem.of(ProblemCode.INVALID_PARAMETER, detail).asException();
    }

    /** The query parameters, each at most once and none that is unknown. */
    private record Given(Map<String, String[]> parameters, Set<String> known) {
        Given {
            parameters.forEach((name, values) -> {
                if (!known.contains(name)) {
                    throw invalid("There is no parameter '" + JsonForm.shown(name) + "'"
                            + NearestName.hint(JsonForm.shown(name), known));
                }
                if (values.length > 1) {
                    throw invalid("Send the parameter " + name + " once");
                }
            });
        }

        String text(String name) {
            String[] values = parameters.get(name);
            return values == null || values[0].isEmpty() ? null : values[0];
        }

        String ofLength(String name, int least, int most) {
            String text = text(name);
            if (text != null && (text.length() < least || text.length() > most)) {
                throw invalid(name + " must have " + (least == most ? "" : least + " to ") + most + " characters");
            }
            return text;
        }

        int number(String name, int most, int usual) {
            String text = text(name);
            if (text == null) {
                return usual;
            }
            if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > most) {
                throw invalid(name + " must be a whole number from 1 to " + most);
            }
            return Integer.parseInt(text);
        }
    }
}

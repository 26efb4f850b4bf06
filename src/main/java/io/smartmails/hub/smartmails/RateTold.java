// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the headers of an answer say about requests: {@code RateLimit-Policy} and {@code RateLimit}
 * (draft-ietf-httpapi-ratelimit-headers), else {@code X-RateLimit-*} (contract 4.2).
 *
 * @param limit requests in any 60 s; 0 when it is not told
 * @param remaining of those; -1 when it is not told
 * @param exhausted how long some window, of whatever length, has nothing left; zero while all have
 */
public record RateTold(int limit, int remaining, Duration exhausted) {
    private static final Pattern ITEM =
            Pattern.compile("\"([^\"]{1,64})\"((?:\\s*;\\s*[a-z]+=\"?[A-Za-z0-9]{1,12}\"?)*)");
    private static final Pattern PARAMETER = Pattern.compile("([a-z]+)=\"?(\\d{1,9})");
    private static final int MINUTE_SECONDS = 60;

    static RateTold of(HttpHeaders headers) {
        Map<String, Map<String, Integer>> policies = items(headers.allValues("RateLimit-Policy"));
        int limit = 0;
        int remaining = -1;
        int exhausted = 0;
        for (var state : items(headers.allValues("RateLimit")).entrySet()) {
            Map<String, Integer> policy = policies.getOrDefault(state.getKey(), Map.of());
            int left = state.getValue().getOrDefault("r", -1);
            if (left == 0) {
                exhausted = Math.max(exhausted, state.getValue().getOrDefault("t", 0));
            }
            boolean tighter = remaining < 0 || left < remaining;
            if (policy.getOrDefault("w", MINUTE_SECONDS) == MINUTE_SECONDS && left >= 0 && tighter) {
                remaining = left;
            }
        }
        for (Map<String, Integer> policy : policies.values()) {
            int quota = policy.getOrDefault("q", 0);
            if (policy.getOrDefault("w", MINUTE_SECONDS) == MINUTE_SECONDS
                    && quota > 0
                    && (limit == 0 || quota < limit)) {
                limit = quota;
            }
        }
        if (policies.isEmpty()) {
            limit = number(headers, "X-RateLimit-Limit").orElse(0);
        }
        if (remaining < 0 && headers.firstValue("RateLimit").isEmpty()) {
            remaining = number(headers, "X-RateLimit-Remaining").orElse(-1);
            exhausted = remaining == 0 ? number(headers, "X-RateLimit-Reset").orElse(0) : 0;
        }
        return new RateTold(limit, remaining, Duration.ofSeconds(exhausted));
    }

    private static Map<String, Map<String, Integer>> items(List<String> fields) {
        Map<String, Map<String, Integer>> items = new HashMap<>();
        for (String field : fields) {
            Matcher item = ITEM.matcher(field);
            while (item.find()) {
                Map<String, Integer> parameters = new HashMap<>();
                Matcher parameter = PARAMETER.matcher(item.group(2));
                while (parameter.find()) {
                    parameters.put(parameter.group(1), Integer.valueOf(parameter.group(2)));
                }
                items.put(item.group(1), parameters);
            }
        }
        return items;
    }

    private static OptionalInt number(HttpHeaders headers, String name) {
        return headers.firstValue(name)
                .map(String::strip)
                .filter(value -> value.matches("\\d{1,9}"))
                .map(value -> OptionalInt.of(Integer.parseInt(value)))
                .orElse(OptionalInt.empty());
    }
}

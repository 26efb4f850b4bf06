// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells a caller what is left: {@code RateLimit-Policy} and {@code RateLimit} of draft-ietf-httpapi-ratelimit-headers (head
 * of 2025-09-23), every window one member, and the older {@code X-RateLimit-*} for the window that is nearest to its end.
 */
final class RateHeaders {
    private RateHeaders() {}

    static void write(HttpServletResponse response, List<CallerBucket.Level> levels) {
        of(levels).forEach(response::setHeader);
    }

    /** With {@code Retry-After} when something refused. */
    static Map<String, String> of(List<CallerBucket.Level> levels) {
        var policy = new StringBuilder(64);
        var state = new StringBuilder(64);
        CallerBucket.Level tightest = levels.get(0);
        int tightestWindow = 0;
        long wait = 0;
        for (CallerBucket.Level level : levels) {
            wait = level.granted() ? wait : Math.max(wait, level.waitSeconds());
        }
        for (CallerBucket.Level level : levels) {
            for (int i = 0; i < level.windows().size(); i++) {
                RateWindow window = level.windows().get(i);
                if (policy.length() > 0) {
                    policy.append(", ");
                    state.append(", ");
                }
                policy.append('"').append(level.prefix()).append(window.name()).append("\";q=");
                policy.append(window.quota())
                        .append(";w=")
                        .append(window.length().toSeconds());
                state.append('"').append(level.prefix()).append(window.name()).append("\";r=");
                state.append(level.isViolated(i) ? 0 : level.left()[i]);
                if (level.isViolated(i)) {
                    state.append(";t=").append(level.waitSeconds());
                } else {
                    // Retry-After must not lie before any t: what is whole only later says nothing of this refusal.
                    long full = level.fullInSeconds(i);
                    state.append(";t=").append(wait == 0 ? full : Math.min(full, wait));
                }
                if (isTighter(level, i, tightest, tightestWindow)) {
                    tightest = level;
                    tightestWindow = i;
                }
            }
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("RateLimit-Policy", policy.toString());
        headers.put("RateLimit", state.toString());
        boolean violated = tightest.isViolated(tightestWindow);
        headers.put(
                "X-RateLimit-Limit",
                Long.toString(tightest.windows().get(tightestWindow).quota()));
        headers.put("X-RateLimit-Remaining", violated ? "0" : Long.toString(tightest.left()[tightestWindow]));
        headers.put(
                "X-RateLimit-Reset",
                Long.toString(violated ? tightest.waitSeconds() : tightest.fullInSeconds(tightestWindow)));
        if (wait > 0) {
            headers.put("Retry-After", Long.toString(wait));
        }
        return headers;
    }

    private static boolean isTighter(CallerBucket.Level a, int windowOfA, CallerBucket.Level b, int windowOfB) {
        if (a.isViolated(windowOfA) != b.isViolated(windowOfB)) {
            return a.isViolated(windowOfA);
        }
        return a.left()[windowOfA] < b.left()[windowOfB];
    }

    static List<String> violatedNames(List<CallerBucket.Level> levels) {
        List<String> names = new ArrayList<>();
        for (CallerBucket.Level level : levels) {
            for (int i = 0; i < level.windows().size(); i++) {
                if (level.isViolated(i)) {
                    names.add(level.prefix() + level.windows().get(i).name());
                }
            }
        }
        return names;
    }

    /** In words: {@code 60 per minute and 5000 per day}. */
    static String violated(List<CallerBucket.Level> levels) {
        List<String> words = new ArrayList<>();
        for (CallerBucket.Level level : levels) {
            for (int i = 0; i < level.windows().size(); i++) {
                if (level.isViolated(i)) {
                    words.add(level.prefix().replace('-', ' ')
                            + level.windows().get(i).text());
                }
            }
        }
        return String.join(" and ", words);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.page;

import io.smartmails.engine.input.Times;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a caller asked of a listing.
 *
 * @param limit rows, 1 to 1000
 * @param sort column: {@code created_at} or {@code updated_at}
 * @param after sort value and id of the last row seen; null at the start
 * @param filters the further parameters, only names the listing allows
 */
public record PageRequest(
        int limit, String sort, boolean descending, After after, boolean includeTotal, Map<String, String> filters) {

    /** Where the page before ended. */
    public record After(long value, String id) {}

    private static final Set<String> COMMON = Set.of(
            "limit",
            "cursor",
            "sort",
            "include_total",
            "created_after",
            "created_before",
            "updated_after",
            "updated_before");

    /**
     * @param allowed names of the listing's own filters
     * @throws io.smartmails.problem.ProblemException 400 for an unknown parameter or a wrong value
     */
    public static PageRequest of(Map<String, String> parameters, String... allowed) {
        var names = new TreeSet<>(COMMON);
        names.addAll(Set.of(allowed));
        for (String name : parameters.keySet()) {
            if (!names.contains(name)) {
                throw invalid("there is no parameter '" + name + "' here; there are " + String.join(", ", names));
            }
        }
        String sort = parameters.getOrDefault("sort", "-created_at");
        boolean descending = sort.startsWith("-");
        String column = descending ? sort.substring(1) : sort;
        if (!column.equals("created_at") && !column.equals("updated_at")) {
            throw invalid("sort must be created_at, -created_at, updated_at or -updated_at");
        }
        return new PageRequest(
                limit(parameters, 50, 1000),
                column,
                descending,
                after(parameters.get("cursor")),
                Boolean.parseBoolean(parameters.get("include_total")),
                parameters);
    }

    /** For things that never change after they were made: without order and filters by {@code updated_at}. */
    public static PageRequest byCreation(Map<String, String> parameters, String... allowed) {
        PageRequest request = of(parameters, allowed);
        if (request.sort().equals("updated_at")
                || parameters.containsKey("updated_after")
                || parameters.containsKey("updated_before")) {
            throw invalid("this listing knows created_at only");
        }
        return request;
    }

    public static int limit(Map<String, String> parameters, int fallback, int most) {
        String text = parameters.get("limit");
        if (text == null) {
            return fallback;
        }
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > most) {
            throw invalid("limit must be a number from 1 to " + most);
        }
        return Integer.parseInt(text);
    }

    /** The time of a filter such as {@code created_after}; null when absent. */
    Long time(String name) {
        String text = filters.get(name);
        return text == null ? null : Times.parse(text).orElseThrow(() -> invalid(name + " must be an RFC 3339 time"));
    }

    static String cursor(long value, String id) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((value + " " + id).getBytes(StandardCharsets.UTF_8));
    }

    private static After after(String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            int space = text.indexOf(' ');
            return new After(Long.parseLong(text.substring(0, space)), text.substring(space + 1));
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            throw Problem.of(ProblemCode.INVALID_CURSOR, "take the cursor from next_cursor, unchanged")
                    .asException();
        }
    }

    private static ProblemException invalid(String detail) {
        return Problem.of(ProblemCode.INVALID_PARAMETER, detail).asException();
    }
}

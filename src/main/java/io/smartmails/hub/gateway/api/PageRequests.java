// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.hub.contact.Page;
import io.smartmails.hub.contact.Paging;
import io.smartmails.hub.contact.Times;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Query parameters of listings and the pages they get (contract 4.1). */
final class PageRequests {
    private static final Set<String> TIMES =
            Set.of("created_after", "created_before", "updated_after", "updated_before");
    private static final Set<String> ORDERS = Set.of("created_at", "-created_at", "updated_at", "-updated_at");
    private static final int USUAL_LIMIT = 50;
    private static final int MOST = 1000;
    private static final int LONGEST_VALUE = 400;

    private PageRequests() {}

    /**
     * @param allowed names of the listing's own filters
     * @throws io.smartmails.problem.ProblemException 400 for an unknown parameter or a wrong value
     */
    static Paging of(Map<String, String> parameters, String... allowed) {
        Set<String> names = new TreeSet<>(List.of("limit", "cursor", "sort", "include_total"));
        names.addAll(TIMES);
        names.addAll(List.of(allowed));
        Map<String, Long> times = new LinkedHashMap<>();
        Map<String, String> filters = new LinkedHashMap<>();
        parameters.forEach((name, value) -> {
            if (!names.contains(name)) {
                throw invalid("there is no parameter '" + (name.matches("[a-z_.]{1,40}") ? name : "?")
                        + "' here; there are " + String.join(", ", names));
            }
            if (value.length() > LONGEST_VALUE || value.indexOf('\0') >= 0) {
                throw invalid(name + " may have " + LONGEST_VALUE + " characters");
            }
            if (TIMES.contains(name)) {
                times.put(name, Times.parse(value).orElseThrow(() -> invalid(name + " must be an RFC 3339 time")));
            } else {
                filters.put(name, value);
            }
        });
        String sort = parameters.getOrDefault("sort", "-created_at");
        if (!ORDERS.contains(sort)) {
            throw invalid("sort must be created_at, -created_at, updated_at or -updated_at");
        }
        return new Paging(
                limit(parameters.get("limit")),
                sort.endsWith("updated_at"),
                sort.startsWith("-"),
                after(parameters.get("cursor")),
                Boolean.parseBoolean(parameters.get("include_total")),
                times,
                filters);
    }

    /** For what has no order and filters by {@code updated_at}. */
    static Paging byCreation(Map<String, String> parameters, String... allowed) {
        Paging paging = of(parameters, allowed);
        if (paging.byChange() || parameters.containsKey("updated_after") || parameters.containsKey("updated_before")) {
            throw invalid("this listing knows created_at only");
        }
        return paging;
    }

    private static int limit(String text) {
        if (text == null) {
            return USUAL_LIMIT;
        }
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST) {
            throw invalid("limit must be a number from 1 to " + MOST);
        }
        return Integer.parseInt(text);
    }

    private static Paging.After after(String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            int space = text.indexOf(' ');
            return new Paging.After(Long.parseLong(text.substring(0, space)), text.substring(space + 1));
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            throw Problem.of(ProblemCode.INVALID_CURSOR, "take the cursor from next_cursor, unchanged")
                    .asException();
        }
    }

    static Map<String, Object> view(Page page) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("data", page.data());
        view.put("has_more", page.next() != null);
        view.put(
                "next_cursor",
                page.next() == null
                        ? null
                        : Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(
                                        (page.next().at() + " " + page.next().id()).getBytes(StandardCharsets.UTF_8)));
        if (page.total() != null) {
            view.put("total", page.total());
            if (page.total() >= Page.MOST_COUNTED) {
                view.put("total_is_estimate", true);
            }
        }
        return view;
    }

    private static RuntimeException invalid(String detail) {
        return Problem.of(ProblemCode.INVALID_PARAMETER, detail).asException();
    }
}

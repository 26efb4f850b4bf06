// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.queue.CountStore;
import io.smartmails.hub.queue.Counts;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.timeline.Story;
import io.smartmails.hub.timeline.StoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The first page: problems first, then the figures, then the latest receipts. */
final class Overview {
    private static final int LATEST = 12;
    private static final int TIGHT_PERCENT = 50;

    private final CountStore counts;
    private final StoryStore stories;
    private final TrafficStore traffic;
    private final RoutesView routes;
    private final UpstreamView upstream;
    private final Pressure pressure;

    Overview(
            CountStore counts,
            StoryStore stories,
            TrafficStore traffic,
            RoutesView routes,
            UpstreamView upstream,
            Pressure pressure) {
        this.pressure = pressure;
        this.counts = counts;
        this.stories = stories;
        this.traffic = traffic;
        this.routes = routes;
        this.upstream = upstream;
    }

    /** @param link page that shows it or helps; null when there is none */
    record Problem(String text, String detail, String link, String linkText) {}

    /** One line such as {@code 12 accepted = 10 translated + 1 no event + 0 dead + 1 waiting}. */
    record Equation(String unit, long accepted, List<Term> terms) {
        record Term(String name, long count) {}

        public boolean adds() {
            return accepted == terms.stream().mapToLong(Term::count).sum();
        }

        static Equation of(String unit, Map<String, Long> states) {
            return new Equation(
                    unit,
                    states.get("accepted"),
                    states.entrySet().stream()
                            .filter(state -> !state.getKey().equals("accepted"))
                            .map(state -> new Term(state.getKey().replace('_', ' '), state.getValue()))
                            .toList());
        }
    }

    record State(
            Counts counts,
            long sent,
            List<Problem> problems,
            List<Equation> equations,
            UpstreamView.Upstream budget,
            Bars receipts,
            List<Story> latest) {}

    State now() {
        Counts counted = counts.counts();
        UpstreamView.Upstream requests = upstream.now();
        return new State(
                counted,
                counted.items().get("send").get("delivered"),
                problems(counted, requests),
                List.of(
                        Equation.of("envelopes", counted.envelopes()),
                        Equation.of("rule runs", counted.runs()),
                        Equation.of("items", CountsJson.itemsOf(counted))),
                requests,
                Bars.of(traffic.receiptsPerMinute()),
                stories.latest(LATEST));
    }

    private List<Problem> problems(Counts counted, UpstreamView.Upstream requests) {
        List<Problem> problems = new ArrayList<>();
        pressure.tightest()
                .filter(gauge -> gauge.percent() >= TIGHT_PERCENT)
                .ifPresent(gauge -> problems.add(new Problem(
                        pressure.hasRoom()
                                ? "It gets tight: " + gauge.name() + " at " + gauge.percent() + " % of its mark"
                                : "New work is refused for the moment; nothing accepted is lost",
                        gauge.detail(),
                        null,
                        null)));
        if (requests.refusal() != null) {
            problems.add(
                    new Problem("SmartMails refuses the hub's key; nothing is sent", requests.refusal(), null, null));
        }
        List<RoutesView.Route> rules = routes.routes();
        List<RoutesView.Route> broken =
                rules.stream().filter(RoutesView.Route::isBroken).toList();
        if (!broken.isEmpty()) {
            problems.add(new Problem(
                    plural(broken.size(), "route file is", "route files are") + " broken",
                    broken.stream().map(RoutesView.Route::error).collect(Collectors.joining("\n")),
                    "/console/routes",
                    "Show the routes"));
        }
        rules.stream()
                .filter(rule -> rule.pollFailure() != null)
                .forEach(rule -> problems.add(new Problem(
                        rule.id() + " cannot read its source just now",
                        rule.pollFailure(),
                        "/console/routes",
                        "Show the routes")));
        long dead = counted.envelopes().get("dead")
                + counted.runs().get("dead")
                + CountsJson.itemsOf(counted).get("dead");
        if (dead > 0) {
            problems.add(new Problem(
                    plural(dead, "dead letter waits", "dead letters wait") + " for you",
                    "Nothing is lost: mend the cause, then replay.",
                    "/console/dead-letters",
                    "Show the dead letters"));
        }
        return problems;
    }

    private static String plural(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }
}

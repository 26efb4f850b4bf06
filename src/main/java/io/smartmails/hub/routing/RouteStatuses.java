// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.queue.RunStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The rules as an operator sees them: for administration, console and readiness. */
public final class RouteStatuses {
    private final RouteDeployer deployer;
    private final RunStore runs;
    private final PollRunner polls;

    RouteStatuses(RouteDeployer deployer, RunStore runs, PollRunner polls) {
        this.deployer = deployer;
        this.runs = runs;
        this.polls = polls;
    }

    /** By file name, then the rules whose files are gone. */
    public List<RouteStatus> list() {
        Map<String, Long> waiting = runs.waitingByRule();
        Set<String> known = new HashSet<>();
        List<RouteStatus> statuses = new ArrayList<>();
        new TreeMap<>(deployer.entries()).forEach((file, entry) -> {
            RouteFile running = entry.running();
            String rule = running == null ? null : running.rule();
            known.add(rule);
            statuses.add(new RouteStatus(
                    file,
                    rule,
                    running == null ? "" : running.sentence(),
                    running == null ? "" : running.from(),
                    state(entry),
                    entry.error(),
                    entry.loadedAt(),
                    rule == null ? 0 : waiting.getOrDefault(rule, 0L),
                    rule == null ? null : polls.failureOf(rule)));
        });
        waiting.forEach((rule, count) -> {
            if (!known.contains(rule)) {
                statuses.add(new RouteStatus(
                        null, rule, "", "", RouteStatus.State.REMOVED_WITH_WAITING, null, null, count, null));
            }
        });
        return statuses;
    }

    /** Whether the first deployment is over and the route of every good file listens. Broken files do not count. */
    public boolean ready() {
        return deployer.deployed() && deployer.allListening();
    }

    private static RouteStatus.State state(RouteDeployer.Entry entry) {
        if (entry.error() == null) {
            return RouteStatus.State.RUNNING;
        }
        return entry.running() == null ? RouteStatus.State.BROKEN : RouteStatus.State.BROKEN_OLD_RUNNING;
    }
}

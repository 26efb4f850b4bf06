// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.queue.CountStore;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What the hub counts, runs and holds just now. The admin key was checked before a request comes here. */
@RestController
@RequestMapping("/admin/v1")
class StateController {
    private final CountStore counts;
    private final RoutesView routes;
    private final ConnectionsView connections;
    private final UpstreamView upstream;
    private final InboxView inbox;

    StateController(
            CountStore counts, RoutesView routes, ConnectionsView connections, UpstreamView upstream, InboxView inbox) {
        this.counts = counts;
        this.routes = routes;
        this.connections = connections;
        this.upstream = upstream;
        this.inbox = inbox;
    }

    @GetMapping("/counts")
    Map<String, Object> counts() {
        return CountsJson.of(counts.counts());
    }

    @GetMapping("/routes")
    Page<Map<String, Object>> routes() {
        return new Page<>(routes.routes().stream().map(StateController::json).toList());
    }

    @GetMapping("/connections")
    Page<ConnectionsView.Entry> connections() {
        return new Page<>(connections.connections());
    }

    @GetMapping("/budget")
    UpstreamView.Upstream budget() {
        return upstream.now();
    }

    @GetMapping("/inbox")
    Page<InboxView.Mail> inbox(
            @RequestParam(required = false) String to, @RequestParam(defaultValue = Limit.USUAL) int limit) {
        return new Page<>(inbox.inbox(to, Limit.ofMails(limit)));
    }

    private static Map<String, Object> json(RoutesView.Route route) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", route.id());
        json.put("file", route.file());
        json.put("rule", route.rule());
        json.put("from", route.from());
        json.put("state", route.state());
        json.put("line", route.line() > 0 ? route.line() : null);
        json.put("reason", route.reason());
        json.put("waiting", route.waiting());
        json.put("poll_failure", route.pollFailure());
        return json;
    }
}

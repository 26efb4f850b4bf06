// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.engine.api.Route.Access;
import io.smartmails.engine.api.Route.Handler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The route table. Paths with fixed segments are added before those with variables that would fit as well. */
final class Routes {
    static final long MB = 1024 * 1024;

    /**
     * @param route null when no route has this method
     * @param allowed methods there are at this path; empty for an unknown path
     */
    record Match(Route route, Map<String, String> variables, String allowed) {}

    private final List<Route> routes = new ArrayList<>();

    void add(String method, String path, String scope, Handler handler) {
        add(method, path, scope, MB, handler);
    }

    void add(String method, String path, String scope, long mostBytes, Handler handler) {
        routes.add(new Route(method, segments("/v1" + path), Access.KEY, scope, false, mostBytes, handler));
    }

    /** Needs a key and a scope, but costs nothing: local reading aids that are no part of the contract. */
    void addFree(String method, String path, String scope, Handler handler) {
        routes.add(new Route(method, segments("/v1" + path), Access.KEY, scope, true, MB, handler));
    }

    /** @param path the whole path, with any prefix */
    void addPublic(String method, String path, Handler handler) {
        routes.add(new Route(method, segments(path), Access.PUBLIC, null, true, MB, handler));
    }

    /** The first path in the table that fits decides: what stands there is reserved and never taken for a variable. */
    Match match(String method, List<String> path) {
        List<String> segments = null;
        Map<String, String> variables = Map.of();
        var allowed = new TreeSet<String>();
        for (Route route : routes) {
            if (segments == null) {
                Map<String, String> found = variables(route.segments(), path);
                if (found != null) {
                    segments = route.segments();
                    variables = found;
                }
            }
            if (route.segments().equals(segments)) {
                if (route.method().equals(method)) {
                    return new Match(route, variables, null);
                }
                allowed.add(route.method());
            }
        }
        return new Match(null, Map.of(), String.join(", ", allowed));
    }

    private static Map<String, String> variables(List<String> segments, List<String> path) {
        if (segments.size() != path.size()) {
            return null;
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            if (segment.startsWith("{")) {
                variables.put(segment.substring(1, segment.length() - 1), path.get(i));
            } else if (!segment.equals(path.get(i))) {
                return null;
            }
        }
        return variables;
    }

    private static List<String> segments(String path) {
        return List.of(path.substring(1).split("/"));
    }
}

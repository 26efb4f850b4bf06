// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.gateway.GatewayFilter;
import io.smartmails.hub.gateway.ProblemWriter;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Contacts, lists and suppressions (contract 4.10 to 4.12), answered from the ledger; what it does not hold is handed on. */
final class LedgerServlet extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerServlet.class);
    private static final int MOST_BATCH_BYTES = 5 * Endpoints.MB;

    private record Route(String method, String scope, Endpoint endpoint, Function<Call, Reply> handler) {}

    private final transient List<Route> routes = new ArrayList<>();
    private final transient Ledger live;
    private final transient Ledger test;
    private final transient Endpoints endpoints;
    private final transient PassThrough passThrough;
    private final transient PassThroughServlet others;

    LedgerServlet(Ledger live, Ledger test, Endpoints endpoints, PassThrough passThrough, PassThroughServlet others) {
        this.live = live;
        this.test = test;
        this.endpoints = endpoints;
        this.passThrough = passThrough;
        this.others = others;
        contacts("contacts:read", "contacts:write");
        lists("lists:read", "lists:write");
        suppressions("suppressions:read", "suppressions:write");
    }

    private void contacts(String read, String write) {
        add("POST", "contacts", write, ContactEndpoints::upsert);
        add("GET", "contacts", read, ContactEndpoints::list);
        add("POST", "contacts/batch", write, MOST_BATCH_BYTES, ContactEndpoints::batch);
        add("POST", "contacts/remove", write, ContactEndpoints::remove);
        add("GET", "contacts/{}", read, ContactEndpoints::get);
        add("PUT", "contacts/{}", write, ContactEndpoints::update);
        add("DELETE", "contacts/{}", write, ContactEndpoints::archive);
        add("POST", "contacts/{}/subscribe", write, ContactEndpoints::subscribe);
        add("POST", "contacts/{}/unsubscribe", write, ContactEndpoints::unsubscribe);
    }

    private void lists(String read, String write) {
        add("GET", "lists", read, ListEndpoints::list);
        add("POST", "lists", write, ListEndpoints::create);
        add("GET", "lists/{}", read, ListEndpoints::get);
        add("PUT", "lists/{}", write, ListEndpoints::update);
        add("DELETE", "lists/{}", write, ListEndpoints::delete);
        add("GET", "lists/{}/contacts", read, ListEndpoints::members);
        add("POST", "lists/{}/contacts", write, ListEndpoints::add);
        add("POST", "lists/{}/contacts/remove", write, ListEndpoints::remove);
    }

    private void suppressions(String read, String write) {
        add("GET", "suppressions", read, SuppressionEndpoints::list);
        add("POST", "suppressions", write, SuppressionEndpoints::add);
        add("POST", "suppressions/remove", write, SuppressionEndpoints::remove);
        add("GET", "suppressions/{}", read, SuppressionEndpoints::get);
        add("DELETE", "suppressions/{}", write, SuppressionEndpoints::delete);
    }

    private void add(String method, String path, String scope, Function<Call, Reply> handler) {
        add(method, path, scope, Endpoints.MB, handler);
    }

    private void add(String method, String path, String scope, int maxBytes, Function<Call, Reply> handler) {
        var endpoint = new Endpoint(List.of(path.split("/")), Map.of(method, scope), maxBytes, false);
        routes.add(new Route(method, scope, endpoint, handler));
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            answer(request, response);
        } catch (ProblemException refused) {
            ProblemWriter.write(request, response, refused.problem());
        } catch (DataAccessException e) {
            LOG.error("Request {} failed in the database", request.getAttribute(GatewayFilter.REQUEST_ID), e);
            ProblemWriter.write(
                    request,
                    response,
                    Problem.of(ProblemCode.OVERLOADED, "The ledger could not be reached; send it again")
                            .withHeader("Retry-After", "5"));
        }
    }

    private void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Caller caller = (Caller) request.getAttribute(Caller.ATTRIBUTE);
        boolean head = request.getMethod().equals("HEAD");
        String method = head ? "GET" : request.getMethod();
        List<String> path = PassThroughServlet.segments(request);
        Route route = route(method, path);
        if (route == null) {
            handOn(request, response, caller, method, path);
            return;
        }
        GatewayFilter.require(caller, route.scope());
        byte[] body = method.equals("GET") || method.equals("DELETE")
                ? new byte[0]
                : Bodies.json(request, route.endpoint().maxBodyBytes());
        String variable = path.size() > 1 && route.endpoint().segments().get(1).equals("{}") ? path.get(1) : null;
        var call = new Call(request, caller, caller.test() ? test : live, variable, body);
        Reply reply = route.handler().apply(call);
        response.setHeader("Cache-Control", "private, no-store");
        reply.write(response, !head);
    }

    /** The first path that fits decides: what stands there is reserved and never taken for an id. */
    private Route route(String method, List<String> path) {
        Set<String> allowed = new TreeSet<>();
        List<String> fitting = null;
        for (Route route : routes) {
            if (fitting == null
                    ? route.endpoint().fits(path)
                    : route.endpoint().segments().equals(fitting)) {
                fitting = route.endpoint().segments();
                if (route.method().equals(method)) {
                    return route;
                }
                allowed.add(route.method());
            }
        }
        if (fitting != null) {
            throw Endpoints.wrongMethod(allowed);
        }
        return null;
    }

    /** What SmartMails alone knows of a contact; it finds the contact by its address. */
    private void handOn(
            HttpServletRequest request, HttpServletResponse response, Caller caller, String method, List<String> path)
            throws IOException {
        Endpoint endpoint = endpoints.find(method, path);
        GatewayFilter.require(caller, endpoint.scopes().get(method));
        Ledger ledger = caller.test() ? test : live;
        String address = ledger.contacts()
                .address(path.get(1))
                .orElseThrow(() -> Call.notFound("There is no such contact with an address"));
        if (caller.test()) {
            throw Call.notFound("SmartMails knows nothing of a contact that a test key made");
        }
        List<String> known = new ArrayList<>(path);
        known.set(1, address);
        others.read(request, response, passThrough.read(request, caller, endpoint, known));
    }
}

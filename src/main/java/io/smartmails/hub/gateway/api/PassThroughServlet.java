// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.hub.contact.Times;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.gateway.GatewayFilter;
import io.smartmails.hub.gateway.ProblemWriter;
import io.smartmails.hub.smartmails.Relay;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what is neither accepted and paced nor in the ledger: reads from the shared cache or, like writes, from SmartMails.
 * A read that has to wait holds no thread; a write holds one, and few may wait.
 */
final class PassThroughServlet extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(PassThroughServlet.class);

    private final transient Endpoints endpoints;
    private final transient PassThrough passThrough;
    private final transient InstantSource clock;

    PassThroughServlet(Endpoints endpoints, PassThrough passThrough, InstantSource clock) {
        this.endpoints = endpoints;
        this.passThrough = passThrough;
        this.clock = clock;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            answer(request, response);
        } catch (ProblemException refused) {
            ProblemWriter.write(request, response, refused.problem());
        }
    }

    private void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Caller caller = (Caller) request.getAttribute(Caller.ATTRIBUTE);
        String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        List<String> path = segments(request);
        Endpoint endpoint = endpoints.find(method, path);
        String scope = endpoint.scopes().get(method);
        if (!scope.isEmpty()) {
            GatewayFilter.require(caller, scope);
        }
        if (path.get(0).equals("ping")) {
            Map<String, Object> pong =
                    Map.of("ok", true, "mode", caller.test() ? "test" : "live", "time", Times.text(clock.millis()));
            Reply.json(200, pong).write(response, !request.getMethod().equals("HEAD"));
        } else if (method.equals("GET")) {
            read(request, response, passThrough.read(request, caller, endpoint, path));
        } else {
            write(request, response, passThrough.write(request, caller, endpoint, path));
        }
    }

    static List<String> segments(HttpServletRequest request) {
        String path = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
        String[] segments = path.substring("/v1/".length()).split("/");
        return Arrays.asList(segments);
    }

    /** Also for the contacts' reads that are handed on. */
    void read(HttpServletRequest request, HttpServletResponse response, CompletableFuture<Reply> reply)
            throws IOException {
        if (reply.isDone()) {
            show(request, response, reply);
            return;
        }
        AsyncContext context = request.startAsync(request, response);
        context.setTimeout(0);
        reply.whenComplete((came, failure) -> context.start(() -> {
            try {
                show(request, response, reply);
            } catch (IOException gone) {
                LOG.debug("A caller left before its answer", gone);
            } finally {
                end(context);
            }
        }));
    }

    /** A server that stops, or a connection that broke, ended it first. */
    private static void end(AsyncContext context) {
        try {
            context.complete();
        } catch (IllegalStateException ended) {
            LOG.debug("A request had ended already", ended);
        }
    }

    private void write(HttpServletRequest request, HttpServletResponse response, CompletableFuture<Reply> reply)
            throws IOException {
        reply.handle((came, failure) -> null).join();
        show(request, response, reply);
    }

    private void show(HttpServletRequest request, HttpServletResponse response, CompletableFuture<Reply> future)
            throws IOException {
        Reply reply;
        try {
            reply = future.join();
        } catch (CompletionException e) {
            ProblemWriter.write(request, response, problem(e.getCause(), request));
            return;
        }
        boolean withBody = !request.getMethod().equals("HEAD");
        if (Problem.MEDIA_TYPE.equals(reply.contentType())) {
            byte[] body = UpstreamAnswer.ownProblem(
                    reply, (String) request.getAttribute(GatewayFilter.REQUEST_ID), request.getRequestURI());
            response.setHeader("Cache-Control", "no-store");
            new Reply(reply.status(), reply.contentType(), body, reply.headers(), 0).write(response, withBody);
            return;
        }
        response.setHeader("Cache-Control", "private");
        response.setHeader("Age", Long.toString(Math.max(0, (clock.millis() - reply.madeAt()) / 1000)));
        String tag = reply.headers().get("ETag");
        if (tag != null && withBody && reply.status() == 200 && matches(request.getHeader("If-None-Match"), tag)) {
            response.setHeader("ETag", tag);
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        reply.write(response, withBody);
    }

    private static boolean matches(String asked, String tag) {
        return asked != null
                && Arrays.stream(asked.split(","))
                        .map(String::strip)
                        .anyMatch(one ->
                                one.equals("*") || one.replaceFirst("^W/", "").equals(tag.replaceFirst("^W/", "")));
    }

    private static Problem problem(Throwable failure, HttpServletRequest request) {
        if (failure instanceof ProblemException refused) {
            return refused.problem();
        }
        if (failure instanceof Relay.Failure broken) {
            LOG.info(
                    "Request {} got no answer of SmartMails: {}",
                    request.getAttribute(GatewayFilter.REQUEST_ID),
                    broken.fault());
            return UpstreamAnswer.failure(broken.fault());
        }
        LOG.error("Request {} failed", request.getAttribute(GatewayFilter.REQUEST_ID), failure);
        return Problem.of(ProblemCode.INTERNAL_ERROR, "The failure is in the hub's log under this request id");
    }
}

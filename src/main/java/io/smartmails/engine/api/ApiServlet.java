// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.engine.access.Caller;
import io.smartmails.engine.limit.Allowance;
import io.smartmails.engine.limit.Windows;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.web.util.UriUtils;

/** Every request of the engine: checks it, finds its handler, writes the answer. */
final class ApiServlet extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServlet.class);
    private static final int MOST_REQUEST_ID = 64;

    private final transient Routes routes;
    private final transient Credentials credentials;
    private final transient Idempotency idempotency;
    private final transient Chaos chaos;
    private final transient Ids ids;
    private final transient Windows keyWindows;
    private final transient Windows publicWindows;
    private final transient Windows failedKeyWindows;

    ApiServlet(
            Routes routes,
            Credentials credentials,
            Idempotency idempotency,
            Chaos chaos,
            Ids ids,
            Windows keyWindows,
            Windows publicWindows,
            Windows failedKeyWindows) {
        this.routes = routes;
        this.credentials = credentials;
        this.idempotency = idempotency;
        this.chaos = chaos;
        this.ids = ids;
        this.keyWindows = keyWindows;
        this.publicWindows = publicWindows;
        this.failedKeyWindows = failedKeyWindows;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String requestId = requestId(request);
        response.setHeader("X-Request-Id", requestId);
        Reply reply;
        try {
            reply = answer(request, response, requestId);
        } catch (ProblemException e) {
            reply = Reply.problem(e.problem(), request.getRequestURI(), requestId);
        } catch (Chaos.LostAnswer e) {
            lose(response);
            return;
        } catch (DataAccessResourceFailureException e) {
            LOG.error("Request {} failed: the database is not there", requestId, e);
            reply = refuse(ProblemCode.OVERLOADED, "the database cannot take it now; try again", request, requestId);
        } catch (RuntimeException e) {
            LOG.error("Request {} failed", requestId, e);
            reply = refuse(ProblemCode.INTERNAL_ERROR, "name the request id when you ask for help", request, requestId);
        }
        write(reply, request, response);
    }

    private Reply answer(HttpServletRequest request, HttpServletResponse response, String requestId)
            throws IOException {
        String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        List<String> path = path(request);
        Routes.Match match = routes.match(method, path);
        Route route = match.route();
        boolean open = route != null
                ? route.access() == Route.Access.PUBLIC
                : !path.get(0).equals("v1");
        if (open) {
            return answerPublic(request, response, match);
        }
        long mostBytes = route == null ? Routes.MB : route.mostBytes();
        show(response, keyWindows, new Allowance(true, keyWindows.limit(), keyWindows.limit(), 0));
        RequestBody.checkAnnouncedSize(request, mostBytes);
        Caller caller = caller(request, response);
        Allowance seen = keyWindows.of(caller.keyId()).look();
        show(response, keyWindows, seen);
        if (route != null && !caller.may(route.scope())) {
            throw Problem.of(ProblemCode.MISSING_SCOPE, "the key lacks the scope " + route.scope())
                    .with("required_scope", route.scope())
                    .asException();
        }
        if (route == null || !route.free()) {
            take(response, keyWindows, caller.keyId());
        }
        refuseUnknown(match);
        var call = new Call(request, caller, match.variables(), RequestBody.read(request, mostBytes));
        chaos.beforeWork();
        Reply reply = idempotency.once(
                call,
                request.getRequestURI(),
                () -> route.handler().handle(call),
                problem -> Reply.problem(problem, request.getRequestURI(), requestId));
        chaos.beforeAnswer();
        return reply;
    }

    private Reply answerPublic(HttpServletRequest request, HttpServletResponse response, Routes.Match match) {
        take(response, publicWindows, request.getRemoteAddr());
        refuseUnknown(match);
        return match.route().handler().handle(new Call(request, null, match.variables(), new byte[0]));
    }

    /** Failed tries count against the address, never against a key, so that guessing cannot lock an owner out. */
    private Caller caller(HttpServletRequest request, HttpServletResponse response) {
        try {
            return credentials.caller(request);
        } catch (ProblemException e) {
            if (e.problem().status() == HttpServletResponse.SC_UNAUTHORIZED) {
                take(response, failedKeyWindows, request.getRemoteAddr());
            }
            throw e;
        }
    }

    private static void refuseUnknown(Routes.Match match) {
        if (match.route() == null) {
            throw (match.allowed().isEmpty()
                            ? Problem.of(ProblemCode.UNKNOWN_ENDPOINT, "see /v1/openapi.json for what there is")
                            : Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "allowed here: " + match.allowed())
                                    .withHeader("Allow", match.allowed()))
                    .asException();
        }
    }

    private static void take(HttpServletResponse response, Windows windows, String name) {
        Allowance allowance = windows.of(name).take();
        show(response, windows, allowance);
        if (!allowance.granted()) {
            throw Problem.of(
                            ProblemCode.RATE_LIMITED,
                            "at most " + allowance.limit() + " requests in any 60 s; the next may come in "
                                    + allowance.resetSeconds() + " s")
                    .withHeader("Retry-After", Long.toString(allowance.resetSeconds()))
                    .asException();
        }
    }

    private static void show(HttpServletResponse response, Windows windows, Allowance allowance) {
        allowance.headers(windows.policy()).forEach(response::setHeader);
    }

    private static Reply refuse(ProblemCode code, String detail, HttpServletRequest request, String requestId) {
        return Reply.problem(Problem.of(code, detail), request.getRequestURI(), requestId);
    }

    private static void write(Reply reply, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setStatus(reply.status());
        reply.headers().forEach(response::setHeader);
        if (reply.contentType() != null) {
            response.setContentType(reply.contentType());
            response.setContentLength(reply.body().length);
            if (!request.getMethod().equals("HEAD")) {
                response.getOutputStream().write(reply.body());
            }
        }
    }

    /** Promises a body and closes without one: for the caller the answer is lost on the way. */
    private static void lose(HttpServletResponse response) throws IOException {
        response.setHeader("Connection", "close");
        response.setContentLength(1);
        response.flushBuffer();
    }

    private String requestId(HttpServletRequest request) {
        String given = request.getHeader("X-Request-Id");
        boolean usable = given != null
                && !given.isEmpty()
                && given.length() <= MOST_REQUEST_ID
                && given.chars().allMatch(c -> c > 32 && c < 127);
        return usable ? given : ids.next("req");
    }

    private static List<String> path(HttpServletRequest request) {
        List<String> path = new ArrayList<>();
        try {
            for (String segment : request.getRequestURI().substring(1).split("/")) {
                path.add(UriUtils.decode(segment, StandardCharsets.UTF_8));
            }
        } catch (IllegalArgumentException e) {
            throw Problem.of(ProblemCode.INVALID_PARAMETER, "the path is not percent-encoded correctly")
                    .asException();
        }
        return path;
    }
}

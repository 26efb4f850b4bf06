// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.gateway.GatewayFilter;
import io.smartmails.hub.gateway.ProblemWriter;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * The part of {@code /v1} that is accepted and paced here. A filter and no servlet, because what it does not know goes on to
 * whoever answers the rest of {@code /v1}, also where paths or methods lie between its own.
 */
final class ApplicationApi extends HttpFilter {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationApi.class);
    private static final String RETRY_AFTER_SECONDS = "5";

    /** @param scope null when any key may */
    private record Endpoint(String method, Pattern path, String scope, Call.Handler handler) {}

    private final transient List<Endpoint> endpoints = new ArrayList<>();
    private final transient List<String> foreign = new ArrayList<>();

    /** @param path below {@code /v1}; {@code {id}} stands for one segment */
    ApplicationApi on(String method, String path, String scope, Call.Handler handler) {
        String pattern = Pattern.quote("/v1" + path).replace("{id}", "\\E([^/]+)\\Q");
        endpoints.add(new Endpoint(method, Pattern.compile(pattern), scope, handler));
        return this;
    }

    /** What others answer although it looks like one of ours: method, blank, path below {@code /v1}. */
    ApplicationApi leave(String methodAndPath) {
        foreign.add(methodAndPath.replace(" ", " /v1"));
        return this;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String path = request.getServletPath() + Objects.requireNonNullElse(request.getPathInfo(), "");
        List<Endpoint> here = at(path);
        if (here.isEmpty() || foreign.contains(request.getMethod() + " " + path)) {
            chain.doFilter(request, response);
            return;
        }
        try {
            answer(response, call(here, path, request));
        } catch (ProblemException refused) {
            ProblemWriter.write(request, response, refused.problem());
        } catch (DataAccessException e) {
            LOG.error("{} {} could not be journalled", request.getMethod(), path, e);
            ProblemWriter.write(
                    request,
                    response,
                    Problem.of(ProblemCode.OVERLOADED, "It could not be stored; send it again")
                            .withHeader("Retry-After", RETRY_AFTER_SECONDS));
        } catch (RuntimeException e) {
            LOG.error("{} {} failed", request.getMethod(), path, e);
            ProblemWriter.write(
                    request,
                    response,
                    Problem.of(ProblemCode.INTERNAL_ERROR, "The failure is in the hub's log under this request id"));
        }
    }

    /** A fixed path wins over one with an id in its place. */
    private List<Endpoint> at(String path) {
        List<Endpoint> found = endpoints.stream()
                .filter(endpoint -> endpoint.path().matcher(path).matches())
                .toList();
        List<Endpoint> fixed = found.stream()
                .filter(endpoint -> endpoint.path().matcher("").groupCount() == 0)
                .toList();
        return fixed.isEmpty() ? found : fixed;
    }

    private static Call.Reply call(List<Endpoint> here, String path, HttpServletRequest request) throws IOException {
        Endpoint endpoint = here.stream()
                .filter(one -> one.method().equals(request.getMethod()))
                .findFirst()
                .orElseThrow(() -> {
                    String allowed =
                            here.stream().map(Endpoint::method).sorted().collect(Collectors.joining(", "));
                    return Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "Use " + allowed)
                            .withHeader("Allow", allowed)
                            .asException();
                });
        Caller caller = (Caller) request.getAttribute(Caller.ATTRIBUTE);
        if (endpoint.scope() != null) {
            GatewayFilter.require(caller, endpoint.scope());
        }
        Matcher matcher = endpoint.path().matcher(path);
        String id = matcher.matches() && matcher.groupCount() == 1 ? matcher.group(1) : null;
        return endpoint.handler().handle(new Call(request, caller, id));
    }

    private static void answer(HttpServletResponse response, Call.Reply reply) throws IOException {
        response.setStatus(reply.status());
        if (reply.body() != null) {
            response.setContentType("application/json");
            response.getOutputStream().write(reply.body());
        }
    }
}

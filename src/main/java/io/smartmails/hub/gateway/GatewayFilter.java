// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.id.Ids;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/**
 * First in line for every request behind {@link FramingValve}: asks the {@link Door} about everybody's address, and for a
 * key where one is needed: {@code /v1/**} any key with the scope of the call; {@code /admin/v1/**} and {@code /actuator/**}
 * (health excepted) an admin key. Webhooks prove themselves to {@link WebhookGate}, the console has its own session.
 */
public final class GatewayFilter extends HttpFilter {
    /** Request attribute that holds the request id. */
    public static final String REQUEST_ID = GatewayFilter.class.getName() + ".requestId";

    private static final String LOGIN = "/console/login";

    private final transient Door door;
    private final transient KeyUsage usage;
    private final transient Ids ids;

    GatewayFilter(Door door, KeyUsage usage, Ids ids) {
        this.door = door;
        this.usage = usage;
        this.ids = ids;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getAttribute(REQUEST_ID) == null) {
            FramingValve.identify(request, response, ids);
        }
        long began = System.nanoTime();
        HttpServletRequest readable = request;
        Throttle.Pass pass = null;
        boolean passed = false;
        try {
            pass = admit(request, response);
            readable = pass != null && isAdministration(request.getRequestURI()) ? withBody(request) : request;
            passed = true;
        } catch (ProblemException refused) {
            ProblemWriter.write(request, response, refused.problem());
            countUse(request, response, began);
            return;
        } finally {
            if (!passed && pass != null) {
                pass.end();
            }
        }
        try {
            chain.doFilter(readable, response);
        } finally {
            if (pass != null) {
                endWhenComplete(pass, request);
            }
            countUse(request, response, began);
        }
        if (response.getStatus() == ProblemCode.UNKNOWN_KEY.status()
                && request.getRequestURI().equals(LOGIN)) {
            countLogin(request);
        }
    }

    private void countUse(HttpServletRequest request, HttpServletResponse response, long began) {
        if (request.getAttribute(Caller.ATTRIBUTE) instanceof Caller caller) {
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            usage.record(caller, response.getStatus(), took, Door.addressOf(request));
        }
    }

    /** @return null where no key is asked for */
    private Throttle.Pass admit(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI();
        if (Paths.isUnder(path, "/actuator/health")) {
            return null; // asked by what keeps the process alive, from wherever that runs
        }
        door.approach(request);
        if (Paths.isUnder(path, "/v1")) {
            return door.enter(request, response, Throttle.Area.API, Scopes.ofApi(request.getMethod(), path));
        }
        if (isAdministration(path)) {
            return door.enter(
                    request,
                    response,
                    Throttle.Area.ADMINISTRATION,
                    Scopes.ofAdministration(request.getMethod(), path));
        }
        return null;
    }

    private static boolean isAdministration(String path) {
        return Paths.isUnder(path, "/admin") || Paths.isUnder(path, "/actuator");
    }

    /** Administration is JSON: read here, within size and time, and strictly; controllers read it again from memory. */
    private static HttpServletRequest withBody(HttpServletRequest request) throws IOException {
        boolean hasBody = request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
        if (!hasBody) {
            return request;
        }
        byte[] body = BodyReader.readInflated(request, BodyLimits.NORMAL, StrictJson.BODY_TIME);
        if (body.length > 0) {
            StrictJson.requireJson(request.getContentType());
            StrictJson.check(body);
        }
        return new BufferedRequest(request, body);
    }

    private void countLogin(HttpServletRequest request) {
        try {
            door.countStranger(request);
        } catch (ProblemException counted) {
            // The answer is on its way; what matters is that the attempt was counted and reported.
            return;
        }
    }

    private static void endWhenComplete(Throttle.Pass pass, HttpServletRequest request) {
        if (!request.isAsyncStarted()) {
            pass.end();
            return;
        }
        request.getAsyncContext().addListener(new AsyncListener() {
            @Override
            public void onComplete(AsyncEvent event) {
                pass.end();
            }

            @Override
            public void onTimeout(AsyncEvent event) {
                pass.end();
            }

            @Override
            public void onError(AsyncEvent event) {
                pass.end();
            }

            @Override
            public void onStartAsync(AsyncEvent event) {
                event.getAsyncContext().addListener(this);
            }
        });
    }

    /** @throws ProblemException 403 {@code missing_scope} that names the scope */
    public static void require(Caller caller, String scope) {
        if (!caller.may(scope)) {
            throw Door.missing(caller, scope);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * {@code /admin/v1/keys} and, the same by the contract's name, {@code /v1/api-keys}. A key is shown once, when it is made
 * or rolled. Needs {@code keys:admin}, but for {@code GET .../current}, which any key may ask about itself.
 */
final class KeysServlet extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(KeysServlet.class);
    private static final String ADMIN_SCOPE = "keys:admin";
    private static final int MAX_BODY_BYTES = 1024 * 1024;
    private static final int MAX_DEPTH = 16;
    private static final Duration BODY_TIME = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final transient KeyDesk desk;
    private final transient KeyReads reads;
    private final transient InstantSource clock;

    KeysServlet(KeyDesk desk, KeyReads reads, InstantSource clock) {
        this.desk = desk;
        this.reads = reads;
        this.clock = clock;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            route(request, response);
        } catch (ProblemException refused) {
            ProblemWriter.write(request, response, refused.problem());
        } catch (DataAccessException e) {
            LOG.error("The keys cannot be read or written", e);
            ProblemWriter.write(
                    request,
                    response,
                    Problem.of(ProblemCode.OVERLOADED, "The keys cannot be reached just now; try again")
                            .withHeader("Retry-After", "5"));
        }
    }

    private void route(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Caller caller = (Caller) request.getAttribute(Caller.ATTRIBUTE);
        String path = request.getPathInfo() == null || request.getPathInfo().equals("/")
                ? ""
                : request.getPathInfo().substring(1);
        List<String> parts = Arrays.asList(path.split("/", -1));
        if (parts.equals(List.of("current"))) {
            allow(request, "GET");
            answer(response, 200, shown(desk.find(caller.keyId())));
            return;
        }
        GatewayFilter.require(caller, ADMIN_SCOPE);
        var actor =
                KeyActor.of(caller, Door.addressOf(request), (String) request.getAttribute(GatewayFilter.REQUEST_ID));
        if (path.isEmpty()) {
            all(request, response, actor);
        } else if (parts.size() == 1) {
            one(request, response, actor, parts.get(0));
        } else if (parts.size() == 2) {
            verb(request, response, actor, parts.get(0), parts.get(1));
        } else {
            throw unknownEndpoint();
        }
    }

    private void all(HttpServletRequest request, HttpServletResponse response, KeyActor actor) throws IOException {
        allow(request, "GET", "POST");
        if (request.getMethod().equals("GET")) {
            answer(response, 200, reads.list(request.getParameterMap()));
            return;
        }
        KeyDesk.Created created = desk.create(actor, body(request, true), isLenient(request));
        answerCreated(request, response, created);
    }

    private void one(HttpServletRequest request, HttpServletResponse response, KeyActor actor, String id)
            throws IOException {
        allow(request, "GET", "PUT", "DELETE");
        switch (request.getMethod()) {
            case "GET" -> answer(response, 200, shown(desk.find(id)));
            case "PUT" -> answer(response, 200, shown(desk.change(actor, id, body(request, true), isLenient(request))));
            default -> {
                desk.revoke(actor, id);
                response.setStatus(204);
            }
        }
    }

    private void verb(HttpServletRequest request, HttpServletResponse response, KeyActor actor, String id, String verb)
            throws IOException {
        switch (verb) {
            case "usage" -> {
                allow(request, "GET");
                answer(response, 200, reads.usage(desk.find(id).id(), request.getParameterMap()));
            }
            case "roll", "rotate" -> {
                allow(request, "POST");
                answerCreated(request, response, desk.roll(actor, id, body(request, false), isLenient(request)));
            }
            case "disable" -> {
                allow(request, "POST");
                answer(response, 200, shown(desk.disable(actor, id)));
            }
            case "enable" -> {
                allow(request, "POST");
                answer(response, 200, shown(desk.enable(actor, id)));
            }
            default -> throw unknownEndpoint();
        }
    }

    private static ProblemException unknownEndpoint() {
        return Problem.of(
                        ProblemCode.UNKNOWN_ENDPOINT,
                        "There is no such endpoint; keys have /usage, /roll, /disable and /enable")
                .asException();
    }

    private static void allow(HttpServletRequest request, String... methods) {
        if (!Arrays.asList(methods).contains(request.getMethod())) {
            String allowed = String.join(", ", methods);
            throw Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "Use " + allowed)
                    .withHeader("Allow", allowed)
                    .asException();
        }
    }

    private static boolean isLenient(HttpServletRequest request) {
        String prefer = request.getHeader("Prefer");
        return prefer != null && prefer.replace(" ", "").contains("handling=lenient");
    }

    /** @param needed without it the body may be left out */
    private static ObjectNode body(HttpServletRequest request, boolean needed) throws IOException {
        byte[] bytes = BodyReader.read(request, MAX_BODY_BYTES, BODY_TIME);
        if (bytes.length == 0 && !needed) {
            return JSON.createObjectNode();
        }
        String type = request.getContentType();
        if (type == null || !type.matches("(?i)application/json\\s*(;.*)?")) {
            throw Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json")
                    .asException();
        }
        try {
            JsonNode read = JSON.readTree(bytes);
            if (read instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw Problem.of(
                            ProblemCode.INVALID_JSON,
                            "The body is not JSON from line " + e.getLocation().getLineNr() + ", column "
                                    + e.getLocation().getColumnNr() + " on")
                    .asException();
        } catch (IOException e) {
            throw Problem.of(ProblemCode.INVALID_JSON, "The body is not UTF-8").asException();
        }
        throw Problem.of(ProblemCode.INVALID_JSON, "The body must be a JSON object")
                .asException();
    }

    private Map<String, Object> shown(HubKey key) {
        return KeyJson.shown(key, clock.instant());
    }

    private void answerCreated(HttpServletRequest request, HttpServletResponse response, KeyDesk.Created created)
            throws IOException {
        Map<String, Object> shown = shown(created.key());
        shown.put("key", created.secret());
        response.setHeader(
                "Location", request.getServletPath() + "/" + created.key().id());
        answer(response, 201, shown);
    }

    private static void answer(HttpServletResponse response, int status, Object body) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().write(JSON.writeValueAsBytes(body));
    }
}

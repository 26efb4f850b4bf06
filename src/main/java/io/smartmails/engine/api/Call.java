// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.engine.access.Caller;
import io.smartmails.engine.input.Json;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One request on its way to a handler.
 *
 * @param caller null on public routes
 * @param variables path variables, decoded
 * @param bytes the body, unpacked
 */
record Call(HttpServletRequest request, Caller caller, Map<String, String> variables, byte[] bytes) {

    String variable(String name) {
        return variables.get(name);
    }

    /** Query parameters; of repeated ones the first. */
    Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        request.getParameterMap().forEach((name, values) -> parameters.put(name, values[0]));
        return parameters;
    }

    String parameter(String name) {
        return request.getParameter(name);
    }

    boolean flag(String name) {
        return Boolean.parseBoolean(parameter(name));
    }

    Set<String> names(String parameter) {
        String text = parameter(parameter);
        return text == null ? Set.of() : Set.of(text.split(","));
    }

    /** Unknown request fields are ignored. */
    boolean lenient() {
        String prefer = request.getHeader("Prefer");
        return prefer != null && prefer.replace(" ", "").contains("handling=lenient");
    }

    /** @throws io.smartmails.problem.ProblemException 400 {@code invalid_json} */
    JsonNode json() {
        if (bytes.length == 0) {
            return Json.object();
        }
        JsonNode json;
        try {
            json = Json.MAPPER.readTree(bytes);
        } catch (JacksonException e) {
            var at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw Problem.of(ProblemCode.INVALID_JSON, "the body is not JSON" + where)
                    .asException();
        }
        if (json.has("api_key")) {
            throw Problem.of(ProblemCode.KEY_IN_URL, "send the key in the Authorization header only; replace this one")
                    .asException();
        }
        return json;
    }

    ObjectNode object() {
        if (json() instanceof ObjectNode object) {
            return object;
        }
        throw Problem.of(ProblemCode.INVALID_JSON, "the body must be a JSON object")
                .asException();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One request to the ledger.
 *
 * @param ledger the part of the ledger the caller's key opens
 * @param variable what stands in the path where the endpoint has braces; null when it has none
 * @param bytes the body, unpacked
 */
record Call(HttpServletRequest request, Caller caller, Ledger ledger, String variable, byte[] bytes) {

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

    boolean lenient() {
        String prefer = request.getHeader("Prefer");
        return prefer != null && prefer.replace(" ", "").contains("handling=lenient");
    }

    Faults faults() {
        return new Faults(lenient());
    }

    /** @throws io.smartmails.problem.ProblemException 400 {@code invalid_json}, 401 {@code key_in_url} for a key in it */
    ObjectNode object() {
        ObjectNode object = ApiJson.object(bytes);
        if (object.has("api_key")) {
            throw Problem.of(ProblemCode.KEY_IN_URL, "Send the key in the Authorization header only; replace this one")
                    .asException();
        }
        return object;
    }

    static RuntimeException notFound(String detail) {
        return Problem.of(ProblemCode.NOT_FOUND, detail).asException();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer ready to be written.
 *
 * @param contentType null for an answer without a body
 * @param madeAt when its content was true, epoch ms
 */
record Reply(int status, String contentType, byte[] body, Map<String, String> headers, long madeAt) {
    static final String JSON = "application/json";

    static Reply json(int status, Object body) {
        try {
            return new Reply(status, JSON, ApiJson.MAPPER.writeValueAsBytes(body), Map.of(), 0);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer cannot be written as JSON", e);
        }
    }

    static Reply noContent() {
        return new Reply(204, null, new byte[0], Map.of(), 0);
    }

    Reply with(String header, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new Reply(status, contentType, body, all, madeAt);
    }

    Reply withBody(byte[] other) {
        return other == body ? this : new Reply(status, contentType, other, headers, madeAt);
    }

    void write(HttpServletResponse response, boolean withBody) throws IOException {
        response.setStatus(status);
        headers.forEach(response::setHeader);
        if (contentType != null) {
            response.setContentType(contentType);
            response.setContentLength(body.length);
            if (withBody) {
                response.getOutputStream().write(body);
            }
        }
    }
}

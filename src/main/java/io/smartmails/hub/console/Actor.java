// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.audit.AuditEntry;
import io.smartmails.hub.gateway.GatewayFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;

/** Who acts, for the story and the audit. */
record Actor(String keyId, String address, String requestId) {
    static Actor of(HttpServletRequest request, String keyId) {
        return new Actor(keyId, request.getRemoteAddr(), (String) request.getAttribute(GatewayFilter.REQUEST_ID));
    }

    AuditEntry did(String action, String target, Map<String, ?> before, Map<String, ?> after) {
        return new AuditEntry(keyId, address, action, target, before, after, requestId);
    }
}

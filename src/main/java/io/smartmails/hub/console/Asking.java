// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.audit.AuditActor;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.gateway.GatewayFilter;
import jakarta.servlet.http.HttpServletRequest;

/** Who asks, and whether they may. */
final class Asking {
    private Asking() {}

    /** @throws io.smartmails.problem.ProblemException 403 {@code missing_scope} */
    static AuditActor with(HttpServletRequest request, String scope) {
        Caller caller = (Caller) request.getAttribute(Caller.ATTRIBUTE);
        GatewayFilter.require(caller, scope);
        return new AuditActor(
                caller.keyId(), request.getRemoteAddr(), (String) request.getAttribute(GatewayFilter.REQUEST_ID));
    }
}

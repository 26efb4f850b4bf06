// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.hub.connector.Connection;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.connector.InboundRequest;
import io.smartmails.hub.connector.Verdict;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Checks of {@code POST /webhooks/{connection}[/{secret}]}: form, size, time, connection, signature. */
public final class WebhookGate {
    private static final int UNAUTHORIZED = 401;

    private final Connectors connectors;
    private final Door door;

    WebhookGate(Connectors connectors, Door door) {
        this.connectors = connectors;
        this.door = door;
    }

    /** The request was refused; the status is the one the vendor understands. */
    public static final class Refused extends RuntimeException {
        private final int status;
        private final String code;

        Refused(int status, String code, String reason) {
            super(reason, null, false, false);
            this.status = status;
            this.code = code;
        }

        public int status() {
            return status;
        }

        public String code() {
            return code;
        }
    }

    /**
     * Admits or refuses.
     *
     * @throws Refused with the connector's reject status
     * @throws io.smartmails.problem.ProblemException 400, 413, 415 for what is wrong before any connector looks, 429 for
     *     what failed too often; a good webhook is never counted
     */
    public Admission admit(HttpServletRequest request) throws IOException {
        String[] path = request.getPathInfo() == null
                ? new String[0]
                : request.getPathInfo().substring(1).split("/", -1);
        Connection connection = path.length == 0 || path.length > 2
                ? null
                : connectors.connection(path[0]).orElse(null);
        if (connection == null) {
            door.countStranger(request);
            throw new Refused(
                    404,
                    "unknown_connection",
                    "No such connection; the path is /webhooks/{connection}, the names stand in config/connections.yaml");
        }
        byte[] body = BodyReader.read(request, BodyLimits.WEBHOOK, StrictJson.BODY_TIME);
        Verdict verdict = connection
                .connector()
                .admit(connection, new InboundRequest(path.length == 2 ? path[1] : null, headers(request), body));
        if (verdict instanceof Verdict.Rejected rejected) {
            if (rejected.status() == UNAUTHORIZED) {
                door.countBadSignature(connection.name());
            }
            throw new Refused(rejected.status(), rejected.code(), rejected.reason());
        }
        return new Admission(connection, ((Verdict.Admitted) verdict).deliveries());
    }

    private static Map<String, List<String>> headers(HttpServletRequest request) {
        Map<String, List<String>> headers = new TreeMap<>();
        for (Enumeration<String> names = request.getHeaderNames(); names.hasMoreElements(); ) {
            String name = names.nextElement();
            headers.put(name.toLowerCase(Locale.ROOT), Collections.list(request.getHeaders(name)));
        }
        return headers;
    }
}

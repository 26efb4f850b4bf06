// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;

/** Answers what the server's own parser refuses (400, 414, 431 ...) with problem+json instead of an HTML page. */
final class ProblemReportValve extends ErrorReportValve {
    private final Ids ids;

    ProblemReportValve(Ids ids) {
        this.ids = ids;
    }

    @Override
    protected void report(Request request, Response response, Throwable throwable) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        ProblemCode code = switch (status) {
            case 404 -> ProblemCode.UNKNOWN_ENDPOINT;
            case 405 -> ProblemCode.METHOD_NOT_ALLOWED;
            case 411 -> ProblemCode.LENGTH_REQUIRED;
            case 413 -> ProblemCode.PAYLOAD_TOO_LARGE;
            case 414 -> ProblemCode.URI_TOO_LONG;
            case 415 -> ProblemCode.UNSUPPORTED_MEDIA_TYPE;
            case 431 -> ProblemCode.HEADERS_TOO_LARGE;
            case 500, 503 -> ProblemCode.INTERNAL_ERROR;
            // 501 and 505 too: what the parser cannot read is the sender's to mend.
            default -> ProblemCode.INVALID_REQUEST;
        };
        try {
            if (request.getAttribute(GatewayFilter.REQUEST_ID) == null) {
                FramingValve.identify(request, response, ids);
            }
            ProblemWriter.write(
                    request,
                    response,
                    Problem.of(code, "The request could not be read or answered; check its form and send it again"));
            response.finishResponse();
        } catch (IOException e) {
            container.getLogger().debug("the client left before its error was answered", e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** The last resort: whatever nobody answered becomes a problem, without details of the failure. */
@Controller
class ErrorsController implements ErrorController {
    @RequestMapping("/error")
    void error(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getAttribute(ProblemWriter.WRITTEN) instanceof Problem dropped) {
            ProblemWriter.write(request, response, dropped);
            return;
        }
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code ? code : 404;
        ProblemCode code = switch (status) {
            case 404 -> ProblemCode.UNKNOWN_ENDPOINT;
            case 405 -> ProblemCode.METHOD_NOT_ALLOWED;
            case 406 -> ProblemCode.NOT_ACCEPTABLE;
            case 413 -> ProblemCode.PAYLOAD_TOO_LARGE;
            case 415 -> ProblemCode.UNSUPPORTED_MEDIA_TYPE;
            default -> status < 500 ? ProblemCode.INVALID_REQUEST : ProblemCode.INTERNAL_ERROR;
        };
        String detail = switch (code) {
            case UNKNOWN_ENDPOINT -> "Nothing is served here; the console is at /console, the API at /v1";
            case INTERNAL_ERROR -> "The failure is in the hub's log under this request id";
            default -> "Check method, path and headers of the request";
        };
        ProblemWriter.write(request, response, Problem.of(code, detail));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.gateway.ProblemWriter;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** One place that turns refusals of the MVC controllers into answers: a page below {@code /console}, else problem+json. */
@ControllerAdvice
class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    @ExceptionHandler
    ModelAndView refused(ProblemException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        return answer(e.problem(), request, response);
    }

    @ExceptionHandler
    ModelAndView unreadable(HttpMessageNotReadableException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        return answer(
                Problem.of(ProblemCode.INVALID_JSON, "The body cannot be read as the JSON that belongs here."),
                request,
                response);
    }

    @ExceptionHandler
    ModelAndView wrongType(
            MethodArgumentTypeMismatchException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String wanted = e.getRequiredType() == int.class ? "a whole number" : "something else";
        return answer(
                Problem.of(ProblemCode.INVALID_PARAMETER, "The parameter " + e.getName() + " must be " + wanted + "."),
                request,
                response);
    }

    @ExceptionHandler
    ModelAndView missing(
            MissingServletRequestParameterException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        return answer(
                Problem.of(ProblemCode.INVALID_PARAMETER, "The parameter " + e.getParameterName() + " is missing."),
                request,
                response);
    }

    @ExceptionHandler
    ModelAndView nothingThere(NoResourceFoundException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        return answer(
                Problem.of(ProblemCode.UNKNOWN_ENDPOINT, "There is nothing at this address. See docs/admin-api.md."),
                request,
                response);
    }

    @ExceptionHandler
    ModelAndView wrongMethod(
            HttpRequestMethodNotSupportedException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String allowed = Objects.requireNonNull(e.getSupportedHttpMethods(), "supported methods").stream()
                .map(Object::toString)
                .sorted()
                .collect(Collectors.joining(", "));
        return answer(
                Problem.of(
                                ProblemCode.METHOD_NOT_ALLOWED,
                                e.getMethod() + " is not possible here; use " + allowed + ".")
                        .withHeader(HttpHeaders.ALLOW, allowed),
                request,
                response);
    }

    @ExceptionHandler
    ModelAndView notOffered(
            HttpMediaTypeNotAcceptableException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        return answer(
                Problem.of(ProblemCode.NOT_ACCEPTABLE, "This answer comes as application/json."), request, response);
    }

    @ExceptionHandler
    ModelAndView notTaken(
            HttpMediaTypeNotSupportedException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        return answer(
                Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json."),
                request,
                response);
    }

    @ExceptionHandler
    ModelAndView broken(Exception e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
        return answer(
                Problem.of(ProblemCode.INTERNAL_ERROR, "The hub could not answer; its log says why."),
                request,
                response);
    }

    static boolean inConsole(HttpServletRequest request) {
        String path = request.getServletPath();
        return path.equals("/console") || path.startsWith("/console/");
    }

    private static ModelAndView answer(Problem problem, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (inConsole(request)) {
            problem.headers().forEach(response::setHeader);
            response.setStatus(problem.status());
            return new ModelAndView("console/problem", "problem", problem);
        }
        ProblemWriter.write(request, response, problem);
        return null;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.db.Database;
import io.smartmails.hub.audit.AuditLog;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.CookieValue;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * Log-in with an admin key, and log-out. The form of the log-in is tied to the browser by a cookie of its own, so that
 * nobody is logged in unawares and strangers make no sessions.
 */
@Controller
class LoginController {
    private static final String FORM_COOKIE = "hub_login";
    private static final Duration FORM_VALID = Duration.ofHours(1);
    private static final Pattern PAGE = Pattern.compile("/console(/[\\w@-]+)*(\\?[\\w=&%.@+-]*)?");
    private static final String HOME = "/console";

    private final AdminKeys keys;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final Database database;
    private final AuditLog audit;

    LoginController(AdminKeys keys, RandomGenerator random, InstantSource clock, Database database, AuditLog audit) {
        this.keys = keys;
        this.random = random;
        this.clock = clock;
        this.database = database;
        this.audit = audit;
    }

    @GetMapping(ConsoleGuard.LOGIN)
    String form(
            @RequestParam(required = false) String to,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        return form(to, null, model, request, response);
    }

    @PostMapping(ConsoleGuard.LOGIN)
    String logIn(
            @RequestParam(defaultValue = "") String key,
            @RequestParam(required = false) String to,
            @RequestParam(name = ConsoleGuard.CSRF, required = false) String token,
            @CookieValue(name = FORM_COOKIE, required = false) String cookie,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        if (!ConsoleSession.same(cookie, token)) {
            response.setStatus(HttpStatus.FORBIDDEN.value());
            return form(to, "The form was out of date. Please try again.", model, request, response);
        }
        try {
            String keyId = keys.authenticate(key.strip());
            ConsoleSession.open(request, keyId, random, clock.instant());
            record(request, keyId, "console.log-in");
        } catch (ProblemException e) {
            response.setStatus(e.problem().status());
            e.problem().headers().forEach(response::setHeader);
            return form(to, message(e), model, request, response);
        }
        response.setHeader(HttpHeaders.LOCATION, target(to));
        response.setStatus(HttpStatus.SEE_OTHER.value());
        return null;
    }

    @PostMapping("/console/logout")
    void logOut(HttpServletRequest request, HttpServletResponse response) {
        ConsoleSession.of(request).ifPresent(session -> record(request, session.keyId(), "console.log-out"));
        ConsoleSession.close(request);
        response.setHeader(HttpHeaders.LOCATION, ConsoleGuard.LOGIN);
        response.setStatus(HttpStatus.SEE_OTHER.value());
    }

    private void record(HttpServletRequest request, String keyId, String action) {
        database.write(tx -> {
            audit.append(tx, Actor.of(request, keyId).did(action, keyId, Map.of(), Map.of()));
            return null;
        });
    }

    private String form(
            String to, String message, Model model, HttpServletRequest request, HttpServletResponse response) {
        String token = ConsoleSession.token(random);
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(FORM_COOKIE, token)
                        .path(ConsoleGuard.LOGIN)
                        .httpOnly(true)
                        .secure(request.isSecure())
                        .sameSite("Strict")
                        .maxAge(FORM_VALID)
                        .build()
                        .toString());
        model.addAttribute(ConsoleGuard.CSRF, token);
        model.addAttribute("to", target(to));
        model.addAttribute("message", message);
        return "console/login";
    }

    private static String message(ProblemException e) {
        ProblemCode code = e.problem().code();
        return switch (code) {
            case MALFORMED_KEY, MISSING_KEY ->
                "That is not a key: 32 characters that begin with sml_ or smt_. Was it copied whole?";
            case RATE_LIMITED -> e.problem().detail();
            default -> "This key does not open the console. It takes a valid key with preset admin.";
        };
    }

    /** Only pages of the console: a link to the log-in must not lead elsewhere. */
    private static String target(String to) {
        return to != null && PAGE.matcher(to).matches() ? to : HOME;
    }
}

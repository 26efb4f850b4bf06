// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.timeline.Story;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** The pages. {@link ConsoleGuard} has checked who asks. */
@Controller
class ConsoleController {
    private static final int LIST = 100;
    private static final int MAILS = 200;
    /** A mail's own inline styles are let through on its page; scripts and everything remote are not. */
    private static final String MAIL_POLICY =
            "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; frame-src 'self'";

    private final Overview overview;
    private final StoryStore stories;
    private final MessageStatuses statuses;
    private final RoutesView routes;
    private final ConnectionsView connections;
    private final InboxView inbox;
    private final Times times;

    ConsoleController(
            Overview overview,
            StoryStore stories,
            MessageStatuses statuses,
            RoutesView routes,
            ConnectionsView connections,
            InboxView inbox,
            Times times) {
        this.overview = overview;
        this.stories = stories;
        this.statuses = statuses;
        this.routes = routes;
        this.connections = connections;
        this.inbox = inbox;
        this.times = times;
    }

    @ModelAttribute
    void common(Model model, HttpServletRequest request) {
        model.addAttribute("times", times);
        model.addAttribute(ConsoleGuard.CSRF, request.getAttribute(ConsoleGuard.CSRF));
    }

    @GetMapping({"/console", "/console/"})
    String overview(Model model) {
        model.addAttribute("now", overview.now());
        return "console/overview";
    }

    @GetMapping("/console/timeline")
    String timelines(@RequestParam(required = false) String receipt, Model model) {
        String wanted = receipt == null ? "" : receipt.strip();
        if (!wanted.isEmpty() && stories.find(wanted).isPresent()) {
            return "redirect:/console/timeline/" + wanted;
        }
        model.addAttribute("wanted", wanted);
        model.addAttribute("stories", stories.latest(LIST));
        return "console/timelines";
    }

    @GetMapping("/console/timeline/{receipt}")
    String timeline(@PathVariable String receipt, Model model) {
        Story story = stories.find(receipt).orElseThrow(() -> notFound("There is no receipt with this id."));
        model.addAttribute("story", story);
        model.addAttribute("statuses", statuses.of(story));
        return "console/timeline";
    }

    @GetMapping("/console/inbox")
    String inbox(@RequestParam(required = false) String to, Model model) {
        String address = to == null || to.isBlank() ? null : to.strip();
        model.addAttribute("to", address);
        try {
            model.addAttribute("mails", inbox.inbox(address, LIST));
            model.addAttribute("problem", null);
        } catch (ProblemException e) {
            model.addAttribute("mails", List.of());
            model.addAttribute("problem", e.problem().detail());
        }
        return "console/inbox";
    }

    @GetMapping("/console/inbox/{id}")
    String mail(@PathVariable String id, Model model, HttpServletResponse response) {
        Optional<InboxView.Mail> mail = inbox.inbox(null, MAILS).stream()
                .filter(candidate -> candidate.id().equals(id))
                .findFirst();
        model.addAttribute("mail", mail.orElseThrow(() -> notFound("There is no such mail in the inbox (any more).")));
        response.setHeader("Content-Security-Policy", MAIL_POLICY);
        return "console/mail";
    }

    @GetMapping("/console/routes")
    String routes(Model model) {
        model.addAttribute("routes", routes.routes());
        model.addAttribute("connections", connections.connections());
        return "console/routes";
    }

    private static ProblemException notFound(String detail) {
        return Problem.of(ProblemCode.NOT_FOUND, detail).asException();
    }
}

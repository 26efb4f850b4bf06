// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.queue.DeadLetter;
import io.smartmails.hub.queue.DeadLetterFilter;
import io.smartmails.hub.queue.DeadLetterPlace;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.EventFilter;
import io.smartmails.hub.queue.ReplayJob;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The pages of dead letters and replays. {@link ConsoleGuard} has checked who asks. */
@Controller
class DeadLetterPages {
    private static final int LIST = 100;
    private static final List<String> FIELDS = List.of("kind", "connection", "route", "code", "after", "before", "q");

    private final DeadLetterStore deadLetters;
    private final DeadLetterDetails details;
    private final Replay replay;
    private final BulkReplay bulk;
    private final Times times;

    DeadLetterPages(
            DeadLetterStore deadLetters, DeadLetterDetails details, Replay replay, BulkReplay bulk, Times times) {
        this.deadLetters = deadLetters;
        this.details = details;
        this.replay = replay;
        this.bulk = bulk;
        this.times = times;
    }

    @ModelAttribute
    void common(Model model, HttpServletRequest request) {
        model.addAttribute("times", times);
        model.addAttribute(ConsoleGuard.CSRF, request.getAttribute(ConsoleGuard.CSRF));
    }

    @GetMapping("/console/dead-letters")
    String list(@RequestParam Map<String, String> given, Model model) {
        DeadLetterFilter filter = filter(given);
        DeadLetterPlace place = given.get("cursor") == null
                ? null
                : DeadLetterPlace.parse(given.get("cursor")).orElse(null);
        List<DeadLetter> found = deadLetters.list(filter, place, LIST + 1);
        List<DeadLetter> page = found.size() > LIST ? found.subList(0, LIST) : found;
        Map<String, Long> byCode = deadLetters.countByCode(filter);
        model.addAttribute("letters", page);
        model.addAttribute("wanted", wanted(given));
        model.addAttribute("filtered", !filter.equals(DeadLetterFilter.ALL));
        model.addAttribute("byCode", byCode);
        model.addAttribute(
                "total", byCode.values().stream().mapToLong(Long::longValue).sum());
        model.addAttribute(
                "next",
                found.size() > LIST ? DeadLetterPlace.of(page.get(LIST - 1)).cursor() : null);
        model.addAttribute("replays", bulk.latest(5));
        return "console/dead-letters";
    }

    @GetMapping("/console/dead-letters/{id}")
    String detail(@PathVariable String id, Model model) {
        model.addAttribute("detail", details.of(id));
        return "console/dead-letter";
    }

    @PostMapping("/console/dead-letters/{id}/replay")
    String replay(
            @PathVariable String id,
            @RequestParam(required = false) String reason,
            @RequestParam(required = false) String payload,
            @RequestParam(required = false) String command,
            @RequestParam(defaultValue = "false") boolean force,
            @RequestAttribute(ConsoleGuard.KEY_ID) String keyId,
            HttpServletRequest request,
            RedirectAttributes redirect) {
        var wanted = new ReplayRequest(
                payload == null ? null : bytes(payload.replace("\r\n", "\n")), // a form's line ends
                command == null
                        ? null
                        : ReplayRequest.parse(bytes("{\"command\":" + command + "}"))
                                .command(),
                force,
                Input.blankToNull(reason));
        DeadLetter letter = replay.replay(id, wanted, Actor.of(request, keyId));
        redirect.addAttribute("replayed", letter.id());
        return "redirect:/console/timeline/" + letter.receipt();
    }

    @PostMapping("/console/dead-letters/preview")
    String preview(
            @RequestParam Map<String, String> given,
            @RequestParam(defaultValue = "false") boolean force,
            @RequestParam(required = false) String reason,
            @RequestAttribute(ConsoleGuard.KEY_ID) String keyId,
            HttpServletRequest request,
            Model model) {
        model.addAttribute(
                "preview", bulk.preview(filter(given), force, Input.blankToNull(reason), Actor.of(request, keyId)));
        return "console/replay-preview";
    }

    @PostMapping("/console/timeline/{receipt}/preview")
    String previewEvents(
            @PathVariable String receipt,
            @RequestParam(defaultValue = "false") boolean force,
            @RequestParam(required = false) String reason,
            @RequestAttribute(ConsoleGuard.KEY_ID) String keyId,
            HttpServletRequest request,
            Model model) {
        model.addAttribute(
                "preview",
                bulk.preview(
                        new EventFilter(receipt, null, null, null, null),
                        force,
                        Input.blankToNull(reason),
                        Actor.of(request, keyId)));
        return "console/replay-preview";
    }

    @PostMapping("/console/replays")
    String go(
            @RequestParam("preview_token") String token,
            @RequestAttribute(ConsoleGuard.KEY_ID) String keyId,
            HttpServletRequest request) {
        ReplayJob job = bulk.go(token, Actor.of(request, keyId));
        return "redirect:/console/replays/" + job.id();
    }

    @GetMapping("/console/replays/{id}")
    String progress(@PathVariable String id, Model model) {
        model.addAttribute("job", bulk.find(id));
        return "console/replay";
    }

    private static DeadLetterFilter filter(Map<String, String> given) {
        return Input.filter(
                given.get("kind"),
                given.get("connection"),
                given.get("route"),
                given.get("code"),
                given.get("after"),
                given.get("before"),
                given.get("q"));
    }

    /** What the form shows again and hands on. */
    private static Map<String, String> wanted(Map<String, String> given) {
        Map<String, String> wanted = new LinkedHashMap<>();
        FIELDS.forEach(field -> wanted.put(field, given.getOrDefault(field, "").strip()));
        return wanted;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.queue.DeadLetter;
import io.smartmails.hub.queue.DeadLetterFilter;
import io.smartmails.hub.queue.DeadLetterPlace;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Dead letters and their replay, one by one and all that match. */
@RestController
@RequestMapping("/admin/v1/dead-letters")
class DeadLetterController {
    private final DeadLetterStore deadLetters;
    private final DeadLetterDetails details;
    private final Replay replay;
    private final BulkReplay bulk;

    DeadLetterController(DeadLetterStore deadLetters, DeadLetterDetails details, Replay replay, BulkReplay bulk) {
        this.deadLetters = deadLetters;
        this.details = details;
        this.replay = replay;
        this.bulk = bulk;
    }

    @GetMapping
    Map<String, Object> list(
            @RequestParam(required = false) String kind,
            @RequestParam(required = false) String connection,
            @RequestParam(required = false) String route,
            @RequestParam(required = false) String code,
            @RequestParam(required = false) String after,
            @RequestParam(required = false) String before,
            @RequestParam(required = false) String q,
            @RequestParam(required = false) String cursor,
            @RequestParam(defaultValue = Limit.USUAL) int limit) {
        DeadLetterFilter filter = Input.filter(kind, connection, route, code, after, before, q);
        int most = Limit.checked(limit);
        List<DeadLetter> found = deadLetters.list(filter, place(cursor), most + 1);
        boolean more = found.size() > most;
        List<DeadLetter> page = more ? found.subList(0, most) : found;
        Map<String, Long> byCode = deadLetters.countByCode(filter);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("data", page.stream().map(DeadLetterController::json).toList());
        json.put("has_more", more);
        json.put("next_cursor", more ? DeadLetterPlace.of(page.get(most - 1)).cursor() : null);
        json.put("total", byCode.values().stream().mapToLong(Long::longValue).sum());
        json.put("by_code", byCode);
        return json;
    }

    private static DeadLetterPlace place(String cursor) {
        return cursor == null
                ? null
                : DeadLetterPlace.parse(cursor)
                        .orElseThrow(() -> Problem.of(
                                        ProblemCode.INVALID_CURSOR,
                                        "The cursor is not one of next_cursor; start again without it.")
                                .asException());
    }

    @GetMapping("/{id}")
    Map<String, Object> detail(@PathVariable String id) {
        DeadLetterDetail detail = details.of(id);
        Map<String, Object> json = json(detail.letter());
        json.put("cure", detail.cure());
        json.put("connector", detail.connector());
        json.put("headers", detail.headers());
        json.put("payload", detail.payload());
        json.put("original", detail.original());
        json.put("events", detail.events());
        json.put("mapping_failure", detail.mappingFailure());
        json.put("message", detail.message());
        json.put("tries", detail.tries());
        return json;
    }

    @PostMapping(path = "/{id}/replay", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, Object> replay(
            @PathVariable String id,
            @RequestBody(required = false) byte[] body,
            @RequestAttribute(Caller.ATTRIBUTE) Caller caller,
            HttpServletRequest request) {
        DeadLetter letter = replay.replay(id, ReplayRequest.parse(body), Actor.of(request, caller.keyId()));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", letter.id());
        json.put("receipt", letter.receipt());
        json.put("state", "waiting");
        return json;
    }

    /** Previews unless {@code dry_run} is false or a preview's token is given. */
    @PostMapping(path = "/replay", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Map<String, Object>> replayAll(
            @RequestBody(required = false) byte[] body,
            @RequestAttribute(Caller.ATTRIBUTE) Caller caller,
            HttpServletRequest request) {
        ObjectNode json = Input.object(
                body,
                "kind",
                "connection",
                "route",
                "code",
                "after",
                "before",
                "q",
                "dry_run",
                "preview_token",
                "force",
                "reason");
        Actor actor = Actor.of(request, caller.keyId());
        return BulkAnswer.of(
                json,
                bulk,
                actor,
                () -> bulk.preview(
                        Input.filter(
                                Input.text(json, "kind"),
                                Input.text(json, "connection"),
                                Input.text(json, "route"),
                                Input.text(json, "code"),
                                Input.text(json, "after"),
                                Input.text(json, "before"),
                                Input.text(json, "q")),
                        Input.flag(json, "force", false),
                        Input.text(json, "reason"),
                        actor));
    }

    private static Map<String, Object> json(DeadLetter letter) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", letter.id());
        json.put("kind", letter.kind().word());
        json.put("stage", letter.stage());
        json.put("receipt", letter.receipt());
        json.put("connection", letter.connection());
        json.put("topic", letter.topic());
        json.put("route", letter.route());
        json.put("about", letter.about());
        json.put("code", letter.code());
        json.put("attempts", letter.attempts());
        json.put("died_at", letter.diedAt());
        json.put("cause", letter.cause());
        return json;
    }
}

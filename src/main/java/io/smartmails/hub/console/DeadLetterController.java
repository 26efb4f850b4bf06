// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.queue.DeadLetter;
import io.smartmails.hub.queue.DeadLetterStore;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Dead letters and their replay. */
@RestController
@RequestMapping("/admin/v1/dead-letters")
class DeadLetterController {
    /** @param reason why, for the story; may be null */
    record Request(String reason) {}

    private final DeadLetterStore deadLetters;
    private final EnvelopeStore envelopes;
    private final ItemStore items;
    private final Replay replay;

    DeadLetterController(DeadLetterStore deadLetters, EnvelopeStore envelopes, ItemStore items, Replay replay) {
        this.deadLetters = deadLetters;
        this.envelopes = envelopes;
        this.items = items;
        this.replay = replay;
    }

    @GetMapping
    Page<Map<String, Object>> list(@RequestParam(defaultValue = Limit.USUAL) int limit) {
        return new Page<>(deadLetters.list(Limit.checked(limit)).stream()
                .map(DeadLetterController::json)
                .toList());
    }

    @GetMapping("/{id}")
    Map<String, Object> detail(@PathVariable String id) {
        DeadLetter letter = deadLetters
                .find(id)
                .orElseThrow(() -> Problem.of(ProblemCode.NOT_FOUND, "There is no dead letter with this id (any more).")
                        .asException());
        DeadLetterDetail detail = DeadLetterDetail.of(letter, envelopes, items);
        Map<String, Object> json = json(letter);
        json.put("cure", detail.cure());
        json.put("connector", detail.connector());
        json.put("connection", detail.connection());
        json.put("topic", detail.topic());
        json.put("headers", detail.headers());
        json.put("payload", detail.payload());
        json.put("message", detail.message());
        return json;
    }

    @PostMapping("/{id}/replay")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, Object> replay(
            @PathVariable String id,
            @RequestBody(required = false) Request request,
            @RequestAttribute("io.smartmails.hub.gateway.Caller") Caller caller) {
        DeadLetter letter = replay.replay(id, request == null ? null : request.reason(), caller.keyId());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", letter.id());
        json.put("receipt", letter.receipt());
        json.put("state", "waiting");
        return json;
    }

    private static Map<String, Object> json(DeadLetter letter) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", letter.id());
        json.put("stage", letter.stage());
        json.put("receipt", letter.receipt());
        json.put("about", letter.about());
        json.put("attempts", letter.attempts());
        json.put("died_at", letter.diedAt());
        json.put("cause", letter.cause());
        return json;
    }
}

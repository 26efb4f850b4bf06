// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.queue.EventFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Replays of many rows: those of settled events are started here, the progress of all is told. */
@RestController
@RequestMapping("/admin/v1/replays")
class ReplayController {
    private final BulkReplay bulk;

    ReplayController(BulkReplay bulk) {
        this.bulk = bulk;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Map<String, Object>> replay(
            @RequestBody(required = false) byte[] body,
            @RequestAttribute(Caller.ATTRIBUTE) Caller caller,
            HttpServletRequest request) {
        ObjectNode json = Input.object(
                body, "event", "connection", "type", "since", "until", "dry_run", "preview_token", "force", "reason");
        Actor actor = Actor.of(request, caller.keyId());
        return BulkAnswer.of(
                json,
                bulk,
                actor,
                () -> bulk.preview(
                        new EventFilter(
                                Input.text(json, "event"),
                                Input.text(json, "connection"),
                                Input.text(json, "type"),
                                Input.time("since", Input.text(json, "since")),
                                Input.time("until", Input.text(json, "until"))),
                        Input.flag(json, "force", false),
                        Input.text(json, "reason"),
                        actor));
    }

    @GetMapping
    Page<Map<String, Object>> latest(@RequestParam(defaultValue = Limit.USUAL) int limit) {
        return new Page<>(
                bulk.latest(Limit.checked(limit)).stream().map(BulkReplay::json).toList());
    }

    @GetMapping("/{id}")
    Map<String, Object> progress(@PathVariable String id) {
        return BulkReplay.json(bulk.find(id));
    }
}

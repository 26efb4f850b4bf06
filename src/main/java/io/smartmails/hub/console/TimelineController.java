// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.timeline.Story;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The stories of receipts. */
@RestController
@RequestMapping("/admin/v1/timeline")
class TimelineController {
    private final StoryStore stories;
    private final MessageStatuses statuses;

    TimelineController(StoryStore stories, MessageStatuses statuses) {
        this.stories = stories;
        this.statuses = statuses;
    }

    @GetMapping
    Page<Map<String, Object>> latest(@RequestParam(defaultValue = Limit.USUAL) int limit) {
        return new Page<>(stories.latest(Limit.checked(limit)).stream()
                .map(TimelineController::json)
                .toList());
    }

    @GetMapping("/{receipt}")
    Map<String, Object> story(@PathVariable String receipt) {
        Story story = stories.find(receipt)
                .orElseThrow(() -> Problem.of(
                                ProblemCode.NOT_FOUND,
                                "There is no receipt with this id. It stands in the X-Hub-Receipt header of the answer to a webhook.")
                        .asException());
        Map<String, Object> json = json(story);
        json.put("messages", statuses.of(story));
        return json;
    }

    private static Map<String, Object> json(Story story) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("receipt", story.receipt());
        json.put("connection", story.connection());
        json.put("topic", story.topic());
        json.put("received_at", story.receivedAt());
        json.put("fate", story.fate());
        json.put("entries", story.entries());
        return json;
    }
}

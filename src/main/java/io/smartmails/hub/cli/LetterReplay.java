// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Replays dead letters one by one. */
final class LetterReplay {
    private static final String PATH = "/admin/v1/dead-letters";

    private final BulkReplay task;

    LetterReplay(BulkReplay task) {
        this.task = task;
    }

    /** @param edit file with what takes the place of the payload, or of the message; null = none */
    int each(List<String> ids, Path edit) {
        if (task.dryRun()) {
            throw task.usage("--dry-run looks at many: dead-letters replay --all --dry-run, with --id for one.");
        }
        HubClient hub = task.hub();
        List<JsonNode> replayed = new ArrayList<>();
        for (String id : ids) {
            JsonNode answer = hub.post(PATH + "/" + Task.part(id) + "/replay", request(id, edit));
            replayed.add(answer);
            if (!task.wantsJson()) {
                task.say(
                        "%s is tried again. Story: ./hub why %s",
                        id, answer.path("receipt").asText());
            }
        }
        if (task.wantsJson()) {
            task.print(Map.of("data", replayed));
        }
        return 0;
    }

    private Map<String, Object> request(String id, Path edit) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("reason", task.reason());
        if (task.force()) {
            request.put("force", true);
        }
        if (edit != null) {
            byte[] bytes = read(edit);
            if (id.startsWith("itm_")) {
                request.put("command", HubClient.exact(bytes, edit));
            } else {
                request.put("payload_base64", Base64.getEncoder().encodeToString(bytes));
            }
        }
        return request;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CommandFailure("Cannot read " + file);
        }
    }
}

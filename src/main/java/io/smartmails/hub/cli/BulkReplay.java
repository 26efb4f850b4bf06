// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Option;

/** What the replays of many things share: first the preview, then yes or no, then the progress. */
abstract class BulkReplay extends Task {
    private static final Duration LOOK = Duration.ofMillis(500);

    @Option(names = "--dry-run", description = "Only say what it would do.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    @Option(names = "--force", description = "Mail again what was mailed already; needs --reason.")
    private boolean force;

    @Option(names = "--reason", paramLabel = "TEXT", description = "A note for the story.")
    private String reason;

    boolean force() {
        return force;
    }

    String reason() {
        return reason;
    }

    boolean dryRun() {
        return dryRun;
    }

    void requireReason() {
        if (force && (reason == null || reason.isBlank())) {
            throw usage("--force mails again what was mailed already, so it needs --reason.");
        }
    }

    /** @param request members that say what to replay */
    int replay(String path, Map<String, Object> request) {
        HubClient hub = hub();
        Map<String, Object> wanted = new LinkedHashMap<>(request);
        if (force) {
            wanted.put("force", true);
        }
        if (reason != null) {
            wanted.put("reason", reason);
        }
        JsonNode preview = hub.post(path, wanted);
        boolean empty = preview.path("matched").asLong() == 0;
        if (dryRun || (empty && wantsJson())) {
            if (wantsJson()) {
                print(preview);
            } else {
                say("%s", preview.path("sentence").asText());
            }
            return 0;
        }
        if (!wantsJson()) {
            say("%s", preview.path("sentence").asText());
        }
        if (empty) {
            return 0;
        }
        if (!yes && !confirmed()) {
            return 1;
        }
        JsonNode job = hub.post(
                path, Map.of("preview_token", preview.path("preview_token").asText()));
        return follow(hub, job);
    }

    private boolean confirmed() {
        if (wantsJson() || System.console() == null) {
            throw usage("Nothing was replayed: nobody can be asked here; add --yes, or --dry-run to only look.");
        }
        String answer = System.console().readLine("Go on? [y/N] ");
        boolean agreed = answer != null && answer.strip().equalsIgnoreCase("y");
        if (!agreed) {
            say("Nothing was replayed.");
        }
        return agreed;
    }

    private int follow(HubClient hub, JsonNode started) {
        JsonNode job = started;
        long told = -1;
        while (!job.path("state").asText().equals("done")) {
            long done = job.path("done").asLong();
            if (!wantsJson() && done != told) {
                say("%d of %d", done, job.path("total").asLong());
                told = done;
            }
            LockSupport.parkNanos(LOOK.toNanos());
            job = hub.get("/admin/v1/replays/" + part(job.path("id").asText()));
        }
        if (wantsJson()) {
            print(job);
        } else {
            say(
                    "Put back %d of %d%s. What fails again is a dead letter again.",
                    job.path("done").asLong(),
                    job.path("total").asLong(),
                    job.path("failed").asLong() == 0
                            ? ""
                            : "; " + job.path("failed").asLong()
                                    + " were not: changed meanwhile, or their bytes are gone");
        }
        return 0;
    }
}

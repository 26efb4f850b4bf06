// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/** What both kinds of bulk replay answer: 200 with the preview, or 202 with the replay under way. */
final class BulkAnswer {
    private BulkAnswer() {}

    static ResponseEntity<Map<String, Object>> of(
            ObjectNode request, BulkReplay bulk, Actor actor, Supplier<BulkReplay.Preview> preview) {
        String token = Input.text(request, "preview_token");
        if (token == null) {
            BulkReplay.Preview made = preview.get();
            if (Input.flag(request, "dry_run", true)) {
                return ResponseEntity.ok(made.json());
            }
            token = made.job().id();
        }
        return ResponseEntity.status(HttpStatus.ACCEPTED).body(BulkReplay.json(bulk.go(token, actor)));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.openapi;

import java.time.Duration;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Serves the description to machines and people; no key is needed to read it. */
@RestController
class OpenApiController {
    private static final CacheControl KEPT = CacheControl.maxAge(Duration.ofMinutes(5));
    private static final String POLICY =
            "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private final ApiDescription description;
    private final ApiPage page;

    OpenApiController(ApiDescription description, ApiPage page) {
        this.description = description;
        this.page = page;
    }

    @GetMapping(path = "/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> json() {
        return ResponseEntity.ok()
                .cacheControl(KEPT)
                .contentType(MediaType.APPLICATION_JSON)
                .body(description.json());
    }

    @GetMapping(path = "/docs/api", produces = MediaType.TEXT_HTML_VALUE)
    ResponseEntity<String> page() {
        return ResponseEntity.ok()
                .cacheControl(KEPT)
                .header("Content-Security-Policy", POLICY)
                .header("X-Frame-Options", "DENY")
                .contentType(MediaType.parseMediaType("text/html;charset=UTF-8"))
                .body(page.html());
    }
}

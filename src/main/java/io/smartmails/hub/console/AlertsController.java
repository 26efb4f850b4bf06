// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.audit.AlertJson;
import io.smartmails.hub.audit.Alerts;
import io.smartmails.hub.audit.AuditActor;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What somebody should look at, and when and to whom it is told. */
@RestController
@RequestMapping({"/admin/v1", "/v1"})
class AlertsController {
    private static final String READ = "audit:read";
    private static final String WRITE = "keys:admin";

    /**
     * @param status {@code acknowledged} or {@code resolved}
     * @param note why; may be null
     */
    record Change(String status, String note) {}

    private final Alerts alerts;

    AlertsController(Alerts alerts) {
        this.alerts = alerts;
    }

    @GetMapping("/security-alerts")
    Page<Map<String, Object>> list(
            @RequestParam(required = false) String status,
            @RequestParam(defaultValue = Limit.USUAL) int limit,
            HttpServletRequest request) {
        Asking.with(request, READ);
        return new Page<>(alerts.alerts(status, Limit.checked(limit)).stream()
                .map(AlertJson::of)
                .toList());
    }

    @GetMapping("/security-alerts/{id}")
    Map<String, Object> one(@PathVariable String id, HttpServletRequest request) {
        Asking.with(request, READ);
        return AlertJson.of(alerts.find(id));
    }

    @PutMapping("/security-alerts/{id}")
    Map<String, Object> change(@PathVariable String id, @RequestBody Change change, HttpServletRequest request) {
        AuditActor actor = Asking.with(request, WRITE);
        return AlertJson.of(alerts.change(id, change.status(), change.note(), actor));
    }

    @GetMapping("/alert-rules")
    Map<String, Object> rules(HttpServletRequest request) {
        Asking.with(request, WRITE);
        return AlertJson.of(alerts.rules());
    }

    @PutMapping("/alert-rules")
    Map<String, Object> changeRules(@RequestBody Map<String, Object> body, HttpServletRequest request) {
        AuditActor actor = Asking.with(request, WRITE);
        return AlertJson.of(alerts.changeRules(body, actor));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /admin/v1/keys}: make, list, look at and revoke hub keys. A key is shown once, when it is made. */
@RestController
@RequestMapping("/admin/v1/keys")
class KeysController {
    private static final int MAX_REQUESTS_PER_MINUTE = 100_000;
    private static final int MAX_NAME_CHARS = 200;

    private final KeyRing keys;

    KeysController(KeyRing keys) {
        this.keys = keys;
    }

    /**
     * @param preset one of {@link Preset}, lower case
     * @param requestsPerMinute 1 to 100,000; 60 when absent
     */
    record NewKey(
            String name,
            String preset,
            @JsonProperty("requests_per_minute") Integer requestsPerMinute) {}

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    Map<String, Object> create(
            @RequestBody NewKey wanted, @RequestAttribute("io.smartmails.hub.gateway.Caller") Caller caller) {
        if (wanted.name() == null || wanted.name().isBlank() || wanted.name().length() > MAX_NAME_CHARS) {
            throw invalid("/name", "required", "give the key a name of 1 to " + MAX_NAME_CHARS + " characters");
        }
        String code = wanted.preset() == null ? Preset.SENDING.code() : wanted.preset();
        Set<String> scopes = Preset.of(code)
                .orElseThrow(() ->
                        invalid("/preset", "unknown", "one of sending, sync, marketing, read_only, webhook_in, admin"))
                .scopes();
        int requestsPerMinute =
                wanted.requestsPerMinute() == null ? KeyRing.DEFAULT_REQUESTS_PER_MINUTE : wanted.requestsPerMinute();
        if (requestsPerMinute < 1 || requestsPerMinute > MAX_REQUESTS_PER_MINUTE) {
            throw invalid("/requests_per_minute", "range", "1 to " + MAX_REQUESTS_PER_MINUTE);
        }
        KeyRing.Created created = keys.create(wanted.name(), code, scopes, requestsPerMinute, caller.keyId());
        Map<String, Object> answer = shown(created.key());
        answer.put("key", created.secret());
        return answer;
    }

    @GetMapping
    Map<String, Object> list() {
        List<Map<String, Object>> data =
                keys.list().stream().map(KeysController::shown).toList();
        return Map.of("data", data, "has_more", false);
    }

    @GetMapping("/{id}")
    Map<String, Object> get(@PathVariable String id) {
        return shown(keys.find(id).orElseThrow(KeysController::unknown));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable String id) {
        HubKey key = keys.find(id).orElseThrow(KeysController::unknown);
        keys.revoke(key.id());
    }

    private static Map<String, Object> shown(HubKey key) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", key.id());
        shown.put("name", key.name());
        shown.put("preset", key.preset());
        shown.put("scopes", key.scopes());
        shown.put("requests_per_minute", key.requestsPerMinute());
        shown.put("status", key.status());
        shown.put("display", key.display());
        shown.put("mode", "live");
        shown.put("created_at", key.createdAt());
        shown.put("created_by", key.createdBy());
        shown.put("revoked_at", key.revokedAt());
        return shown;
    }

    private static RuntimeException unknown() {
        return Problem.of(ProblemCode.NOT_FOUND, "There is no key with this id; GET /admin/v1/keys lists them")
                .asException();
    }

    private static RuntimeException invalid(String pointer, String code, String detail) {
        return Problem.of(ProblemCode.VALIDATION_FAILED, "1 field is wrong")
                .withError(pointer, code, detail)
                .asException();
    }
}

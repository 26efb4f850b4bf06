// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smartmails.problem.NearestName;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code /admin/v1/gateway}: who may come at all and how often, for all keys together. PUT merges: fields present are set,
 * null clears, absent ones stay; one wrong entry and nothing is changed.
 */
@RestController
@RequestMapping("/admin/v1/gateway")
class DoorController {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> FIELDS = Set.of("allow", "deny", "limits");
    private static final Set<String> LIMITS = Set.of("account", "address");
    private static final int MOST_ENTRIES = 1_000;

    private final LiveRules rules;
    private final DoorSettings settings;
    private final Door door;

    DoorController(LiveRules rules, DoorSettings settings, Door door) {
        this.rules = rules;
        this.settings = settings;
        this.door = door;
    }

    @GetMapping
    Map<String, Object> get() {
        return shown(rules.get());
    }

    @PutMapping
    Map<String, Object> put(
            HttpServletRequest request, @RequestAttribute("io.smartmails.hub.gateway.Caller") Caller caller)
            throws IOException {
        JsonNode wanted = JSON.readTree(request.getInputStream());
        ClientAddress from = door.clientOf(request);
        DoorRules changed = rules.change(before -> merged(before, wanted, from), caller.keyId(), from.text(), (String)
                request.getAttribute(GatewayFilter.REQUEST_ID));
        return shown(changed);
    }

    private DoorRules merged(DoorRules before, JsonNode wanted, ClientAddress from) {
        List<Problem.FieldError> errors = new ArrayList<>();
        if (!wanted.isObject()) {
            errors.add(new Problem.FieldError("", "type", "a JSON object"));
        }
        unknown(wanted, "", FIELDS, errors);
        unknown(wanted.path("limits"), "/limits", LIMITS, errors);
        if (wanted.hasNonNull("limits") && !wanted.get("limits").isObject()) {
            errors.add(new Problem.FieldError("/limits", "type", "an object with account and address"));
        }
        List<AddressRange> allow = entries(wanted, "/allow", before.addresses().allow(), AddressRange::parse, errors);
        List<AddressRange> deny = entries(wanted, "/deny", before.addresses().deny(), AddressRange::parse, errors);
        boolean cleared = wanted.has("limits") && wanted.get("limits").isNull();
        List<RateWindow> account = windows(wanted, "/limits/account", cleared ? List.of() : before.account(), errors);
        List<RateWindow> address = windows(wanted, "/limits/address", cleared ? List.of() : before.address(), errors);
        var addresses = new AddressRules(allow, deny);
        if (errors.isEmpty() && !addresses.permit(from.address())) {
            errors.add(new Problem.FieldError(
                    AddressRules.isIn(deny, from.address().getAddress()) ? "/deny" : "/allow",
                    "locks_you_out",
                    "your own address " + from.text() + " could not come back to undo this"));
        }
        if (!errors.isEmpty()) {
            throw new Problem(
                            errors.stream().allMatch(e -> e.code().equals(ProblemCode.UNKNOWN_FIELD.code()))
                                    ? ProblemCode.UNKNOWN_FIELD
                                    : ProblemCode.VALIDATION_FAILED,
                            errors.size() == 1 ? "1 field is wrong" : errors.size() + " fields are wrong",
                            errors,
                            Map.of(),
                            Map.of())
                    .asException();
        }
        return new DoorRules(addresses, account, address, before.version());
    }

    private static void unknown(JsonNode object, String at, Set<String> known, List<Problem.FieldError> errors) {
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                errors.add(new Problem.FieldError(
                        at + "/" + escaped(name),
                        ProblemCode.UNKNOWN_FIELD.code(),
                        "this field is not known" + NearestName.hint(name, known)));
            }
        });
    }

    /** RFC 6901. */
    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static List<RateWindow> windows(
            JsonNode wanted, String pointer, List<RateWindow> before, List<Problem.FieldError> errors) {
        List<RateWindow> windows = entries(wanted, pointer, before, RateWindow::parse, errors);
        try {
            RateWindow.requireDistinct(windows);
        } catch (IllegalArgumentException e) {
            errors.add(new Problem.FieldError(pointer, "duplicate", e.getMessage()));
        }
        return windows;
    }

    private static <T> List<T> entries(
            JsonNode wanted,
            String pointer,
            List<T> before,
            Function<String, T> parse,
            List<Problem.FieldError> errors) {
        JsonNode list = wanted.at(pointer);
        if (list.isMissingNode()) {
            return before;
        }
        if (list.isNull()) {
            return List.of();
        }
        if (!list.isArray() || list.size() > MOST_ENTRIES) {
            errors.add(new Problem.FieldError(pointer, "type", "a list of up to " + MOST_ENTRIES + " texts"));
            return before;
        }
        List<T> entries = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            try {
                if (!list.get(i).isTextual()) {
                    throw new IllegalArgumentException("a text is needed here");
                }
                entries.add(parse.apply(list.get(i).textValue()));
            } catch (IllegalArgumentException e) {
                errors.add(new Problem.FieldError(pointer + "/" + i, "invalid", e.getMessage()));
            }
        }
        return entries;
    }

    private Map<String, Object> shown(DoorRules now) {
        Map<String, List<String>> texts = DoorRulesStore.texts(now);
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("allow", texts.get("allow"));
        shown.put("deny", texts.get("deny"));
        shown.put("limits", Map.of("account", texts.get("account"), "address", texts.get("address")));
        shown.put("version", now.version());
        Map<String, Object> fixed = new LinkedHashMap<>();
        fixed.put(
                "allow",
                settings.addresses().allow().stream().map(AddressRange::text).toList());
        fixed.put(
                "deny",
                settings.addresses().deny().stream().map(AddressRange::text).toList());
        fixed.put(
                "trusted_proxies",
                settings.trustedProxies().stream().map(AddressRange::text).toList());
        fixed.put("https_required", settings.httpsRequired());
        fixed.put("wrong_keys_per_minute", settings.wrongKeysPerMinute());
        shown.put("settings", fixed);
        return shown;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.problem.NearestName;
import io.smartmails.problem.Problem;
import io.smartmails.problem.Problem.FieldError;
import io.smartmails.problem.ProblemCode;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Reads {@code {"rules": [...]}}: finds every wrong place at once, and gives rules only when there is none. */
final class AlertRuleChanges {
    private static final int MAX_EMAILS = 20;
    private static final double MAX_THRESHOLD = 1_000_000;
    private static final Duration MIN_WINDOW = Duration.ofMinutes(1);
    private static final Duration MAX_WINDOW = Duration.ofDays(90);
    private static final Set<String> FIELDS = Set.of("type", "enabled", "threshold", "window", "notify");

    private final Map<AlertType, AlertRule> present;
    private final Predicate<String> webhookExists;
    private final List<FieldError> errors = new ArrayList<>();

    private AlertRuleChanges(Map<AlertType, AlertRule> present, Predicate<String> webhookExists) {
        this.present = present;
        this.webhookExists = webhookExists;
    }

    /**
     * Members that are absent stay as they are, null sets them back to the usual.
     *
     * @return the changed rules
     * @throws io.smartmails.problem.ProblemException 422 with a pointer to each wrong place
     */
    static List<AlertRule> read(
            Map<String, Object> body, Map<AlertType, AlertRule> present, Predicate<String> webhookExists) {
        var changes = new AlertRuleChanges(present, webhookExists);
        List<AlertRule> rules = changes.rules(body);
        if (!changes.errors.isEmpty()) {
            throw new Problem(
                            ProblemCode.VALIDATION_FAILED,
                            changes.errors.size() == 1
                                    ? "1 field is wrong; nothing was changed"
                                    : changes.errors.size() + " fields are wrong; nothing was changed",
                            changes.errors,
                            Map.of(),
                            Map.of())
                    .asException();
        }
        return rules;
    }

    private List<AlertRule> rules(Map<String, Object> body) {
        unknown("", body, Set.of("rules"));
        if (!(body.get("rules") instanceof List<?> list)) {
            error(
                    "/rules",
                    "required",
                    "an array of rules: {\"type\", \"enabled\", \"threshold\", \"window\", \"notify\"}");
            return List.of();
        }
        Set<AlertType> seen = EnumSet.noneOf(AlertType.class);
        List<AlertRule> rules = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            String at = "/rules/" + i;
            if (!(list.get(i) instanceof Map<?, ?> members)) {
                error(at, "type", "an object");
                continue;
            }
            AlertType type = type(at, members);
            if (type != null) {
                if (!seen.add(type)) {
                    error(at + "/type", "duplicate", type.code() + " stands in this list twice");
                }
                rules.add(rule(at, type, members));
            }
        }
        return rules;
    }

    private AlertType type(String at, Map<?, ?> members) {
        unknown(at, members, FIELDS);
        String code = members.get("type") instanceof String text ? text : null;
        AlertType type = code == null ? null : AlertType.of(code).orElse(null);
        if (type == null) {
            error(
                    at + "/type",
                    code == null ? "required" : "unknown",
                    "a type of alert"
                            + (code == null
                                    ? ""
                                    : NearestName.hint(
                                            code,
                                            Arrays.stream(AlertType.values())
                                                    .map(AlertType::code)
                                                    .toList())));
        }
        return type;
    }

    private AlertRule rule(String at, AlertType type, Map<?, ?> members) {
        AlertRule before = present.get(type);
        List<String> emails = before.emails();
        String webhookId = before.webhookId();
        if (members.containsKey("notify")) {
            Object notify = members.get("notify");
            if (notify instanceof Map<?, ?> map) {
                unknown(at + "/notify", map, Set.of("emails", "webhook_id"));
                emails = map.containsKey("emails") ? emails(at + "/notify/emails", map.get("emails")) : emails;
                webhookId = map.containsKey("webhook_id")
                        ? webhook(at + "/notify/webhook_id", map.get("webhook_id"))
                        : webhookId;
            } else if (notify == null) {
                emails = List.of();
                webhookId = null;
            } else {
                error(at + "/notify", "type", "an object {\"emails\": [], \"webhook_id\"}");
            }
        }
        return new AlertRule(
                type,
                members.containsKey("enabled") ? enabled(at + "/enabled", members.get("enabled")) : before.enabled(),
                members.containsKey("threshold")
                        ? threshold(at + "/threshold", type, members.get("threshold"))
                        : before.threshold(),
                members.containsKey("window") ? window(at + "/window", type, members.get("window")) : before.window(),
                emails,
                webhookId);
    }

    private boolean enabled(String at, Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value != null) {
            error(at, "type", "true or false");
        }
        return true;
    }

    private Double threshold(String at, AlertType type, Object value) {
        if (value == null) {
            return type.threshold();
        }
        if (type.threshold() == null) {
            error(at, "not_applicable", type.code() + " has no threshold; leave it out or null");
            return null;
        }
        if (!(value instanceof Number number) || !(number.doubleValue() > 0 && number.doubleValue() <= MAX_THRESHOLD)) {
            error(at, "range", "a number above 0, at most 1000000");
            return null;
        }
        return number.doubleValue();
    }

    private Duration window(String at, AlertType type, Object value) {
        if (value == null) {
            return type.window();
        }
        if (type.window() == null) {
            error(at, "not_applicable", type.code() + " has no window; leave it out or null");
            return null;
        }
        try {
            Duration window = value instanceof String text ? Duration.parse(text) : null;
            if (window != null && window.compareTo(MIN_WINDOW) >= 0 && window.compareTo(MAX_WINDOW) <= 0) {
                return window;
            }
        } catch (DateTimeException | ArithmeticException e) {
            // told below, in the same words
        }
        error(at, "invalid_duration", "an ISO 8601 duration of 1 minute to 90 days, for example PT5M or P30D");
        return null;
    }

    private List<String> emails(String at, Object value) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || list.size() > MAX_EMAILS) {
            error(at, "type", "an array of up to " + MAX_EMAILS + " mail addresses");
            return List.of();
        }
        List<String> emails = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) instanceof String email && isAddress(email)) {
                emails.add(email);
            } else {
                error(at + "/" + i, "invalid_email", "not an address: one @, a name before it, a domain after it");
            }
        }
        return emails;
    }

    private String webhook(String at, Object value) {
        if (value != null && !(value instanceof String id && webhookExists.test(id))) {
            error(at, "not_found", "there is no such webhook; GET /admin/v1/alert-webhooks lists them");
            return null;
        }
        return (String) value;
    }

    static boolean isAddress(String text) {
        int at = text.indexOf('@');
        return at > 0
                && at == text.lastIndexOf('@')
                && at < text.length() - 1
                && text.length() <= 254
                && text.chars().noneMatch(c -> c <= ' ' || c == 127 || "<>,;\"".indexOf(c) >= 0)
                && !text.endsWith(".")
                && !text.contains("..");
    }

    private void unknown(String at, Map<?, ?> members, Set<String> known) {
        members.keySet().stream()
                .map(String::valueOf)
                .filter(name -> !known.contains(name))
                .forEach(name -> error(
                        at + "/" + name.replace("~", "~0").replace("/", "~1"),
                        ProblemCode.UNKNOWN_FIELD.code(),
                        "this field is not known" + NearestName.hint(name, known)));
    }

    private void error(String pointer, String code, String detail) {
        errors.add(new FieldError(pointer, code, detail));
    }
}

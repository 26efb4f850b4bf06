// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.problem.NearestName;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a request wants a key to be. Fields that are present are set, null brings back the usual value, absent ones stay.
 * Everything wrong is told at once; nothing is half taken.
 */
final class KeyForm {
    private static final String CUSTOM = "custom";
    private static final int MAX_NAME_CHARS = 200;
    private static final int MAX_ADDRESSES = 200;
    private static final int MAX_SENDERS = 100;
    private static final int MAX_LIMITS = 8;
    private static final int MAX_REQUESTS_PER_MINUTE = 100_000;
    private static final int MAX_CONCURRENT_REQUESTS = 10_000;
    private static final Duration MAX_GRACE = Duration.ofDays(30);
    private static final Duration USUAL_GRACE = Duration.ofHours(24);
    private static final Duration MIN_ROTATION = Duration.ofDays(1);
    private static final Duration MAX_ROTATION = Duration.ofDays(3_650);
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
    private static final Pattern SENDER =
            Pattern.compile("([^\\s@,;<>\"]{1,64}@)?([a-z0-9-]{1,63}\\.)+[a-z0-9-]{2,63}");

    private static final Set<String> CHANGEABLE = Set.of(
            "name",
            "preset",
            "scopes",
            "allowed_ips",
            "denied_ips",
            "allowed_senders",
            "requests_per_minute",
            "limits",
            "recipients_per_minute",
            "concurrent_requests",
            "expires_at",
            "rotate_every");
    private static final Set<String> FIXED = Set.of(
            "id",
            "status",
            "display",
            "mode",
            "created_at",
            "created_by",
            "last_used_at",
            "last_used_ip",
            "replaces",
            "replaced_by",
            "revoked_at",
            "rotation_due",
            "key");

    private final JsonForm form;
    private final Instant now;

    private KeyForm(JsonForm form, Instant now) {
        this.form = form;
        this.now = now;
    }

    /** A key to make. */
    record NewKey(KeyTerms terms, boolean test) {}

    /** A key to roll: how long the old one goes on, and when the new one ends. */
    record Roll(Duration grace, KeyTerms terms) {}

    static NewKey create(ObjectNode body, Instant now, boolean lenient) {
        Set<String> known = new TreeSet<>(CHANGEABLE);
        known.add("mode");
        Set<String> fixed = new TreeSet<>(FIXED);
        fixed.remove("mode");
        var wanted = new KeyForm(new JsonForm(body, known, fixed, lenient), now);
        if (!body.has("name")) {
            wanted.form.reject("/name", "required", "give the key a name, such as that of its application");
        }
        KeyTerms terms = wanted.terms(KeyTerms.of(Preset.SENDING));
        boolean test = wanted.test();
        wanted.form.requireRight();
        return new NewKey(terms, test);
    }

    static KeyTerms change(KeyTerms old, ObjectNode body, Instant now, boolean lenient) {
        var wanted = new KeyForm(new JsonForm(body, CHANGEABLE, FIXED, lenient), now);
        KeyTerms terms = wanted.terms(old);
        wanted.form.requireRight();
        return terms;
    }

    static Roll roll(KeyTerms old, ObjectNode body, Instant now, boolean lenient) {
        var wanted = new KeyForm(new JsonForm(body, Set.of("grace_period", "expires_at"), FIXED, lenient), now);
        var roll = new Roll(wanted.grace(), old.expiring(wanted.expiry(old.expiresAt())));
        wanted.form.requireRight();
        return roll;
    }

    private KeyTerms terms(KeyTerms old) {
        List<String> chosen = form.has("scopes") ? scopes() : null;
        String preset = preset(old, chosen);
        return new KeyTerms(
                form.has("name") ? name() : old.name(),
                preset,
                chosen != null
                        ? Collections.unmodifiableSet(new LinkedHashSet<>(chosen))
                        : Preset.of(preset).map(Preset::scopes).orElse(old.scopes()),
                addresses("allowed_ips", old.allowedIps()),
                addresses("denied_ips", old.deniedIps()),
                senders(old.allowedSenders()),
                windows(old.windows()),
                number(
                        "recipients_per_minute",
                        RateWindow.MAX_QUOTA,
                        old.recipientsPerMinute(),
                        KeyLimits.DEFAULT_RECIPIENTS_PER_MINUTE),
                (int) number(
                        "concurrent_requests",
                        MAX_CONCURRENT_REQUESTS,
                        old.concurrentRequests(),
                        KeyLimits.DEFAULT_CONCURRENT_REQUESTS),
                expiry(old.expiresAt()),
                rotation(old.rotateEvery()));
    }

    private String name() {
        if (form.clears("name")) {
            form.reject("/name", "required", "a key keeps a name; send another one");
            return "";
        }
        String name = form.text("name");
        if (name != null
                && (name.isBlank()
                        || name.length() > MAX_NAME_CHARS
                        || name.chars().anyMatch(Character::isISOControl))) {
            form.reject("/name", "invalid", "write 1 to " + MAX_NAME_CHARS + " characters, no line breaks");
        }
        return name == null ? "" : name.strip();
    }

    private List<String> scopes() {
        if (form.clears("scopes")) {
            form.reject("/scopes", "required", "a key keeps its scopes; send others, or a preset");
            return List.of();
        }
        Set<String> all = Preset.ADMIN.scopes();
        List<String> scopes = form.texts("scopes", all.size(), scope -> {
            if (!all.contains(scope)) {
                throw new IllegalArgumentException(
                        "there is no scope '" + JsonForm.shown(scope) + "'" + NearestName.hint(scope, all));
            }
            return scope;
        });
        form.requireEntries("scopes");
        return scopes;
    }

    /** @param chosen the scopes that are named beside it; null for none */
    private String preset(KeyTerms old, List<String> chosen) {
        String preset = form.sets("preset") ? form.text("preset") : null;
        if (form.clears("preset")) {
            form.reject("/preset", "required", "send another preset, or scopes");
        }
        if (preset == null) {
            return chosen == null ? old.preset() : presetOf(chosen);
        }
        List<String> names = Arrays.stream(Preset.values()).map(Preset::code).toList();
        if (!names.contains(preset) && !(preset.equals(CUSTOM) && chosen != null)) {
            form.reject(
                    "/preset",
                    "unknown",
                    preset.equals(CUSTOM)
                            ? "name the scopes of a custom key"
                            : "there is no preset '" + JsonForm.shown(preset) + "'"
                                    + NearestName.hint(JsonForm.shown(preset), names));
            return old.preset();
        }
        if (chosen != null && !presetOf(chosen).equals(preset)) {
            form.reject("/preset", "conflict", "it has other scopes than those named; send one of the two");
        }
        return preset;
    }

    private static String presetOf(List<String> scopes) {
        return Arrays.stream(Preset.values())
                .filter(preset -> preset.scopes().equals(Set.copyOf(scopes)))
                .findFirst()
                .map(Preset::code)
                .orElse(CUSTOM);
    }

    private List<String> addresses(String field, List<String> old) {
        if (!form.sets(field)) {
            return form.has(field) ? List.of() : old;
        }
        return form.texts(field, MAX_ADDRESSES, text -> {
            AddressRange.parse(text);
            return text;
        });
    }

    private List<String> senders(List<String> old) {
        if (!form.sets("allowed_senders")) {
            return form.has("allowed_senders") ? List.of() : old;
        }
        return form.texts("allowed_senders", MAX_SENDERS, text -> {
            String sender = text.toLowerCase(Locale.ROOT);
            if (!SENDER.matcher(sender).matches()) {
                throw new IllegalArgumentException("write an address or a domain, such as example.com");
            }
            return sender;
        });
    }

    private List<RateWindow> windows(List<RateWindow> old) {
        RateWindow usual = Limits.perMinute(Limits.DEFAULT_REQUESTS_PER_MINUTE);
        List<RateWindow> windows = old;
        if (form.clears("limits")) {
            windows = List.of(usual);
        } else if (form.has("limits")) {
            windows = Limits.sorted(form
                    .texts("limits", MAX_LIMITS, text -> RateWindow.parse(text).text())
                    .stream()
                    .map(RateWindow::parse));
            form.requireEntries("limits");
            if (windows.stream().map(RateWindow::name).distinct().count() < windows.size()) {
                form.reject("/limits", "conflict", "name each length of time once");
            }
        }
        if (form.clears("requests_per_minute") && !form.has("limits")) {
            windows = Limits.with(windows, usual);
        } else if (form.sets("requests_per_minute")) {
            RateWindow minute = Limits.perMinute(
                    form.whole("requests_per_minute", 1, MAX_REQUESTS_PER_MINUTE, Limits.DEFAULT_REQUESTS_PER_MINUTE));
            if (form.has("limits")
                    && Limits.minuteOf(windows)
                            .filter(other -> !other.equals(minute))
                            .isPresent()) {
                form.reject("/requests_per_minute", "conflict", "limits says something else; send one of the two");
            }
            windows = Limits.with(windows, minute);
        }
        return windows;
    }

    private long number(String field, long most, long old, long usual) {
        return form.sets(field) ? form.whole(field, 1, most, old) : form.has(field) ? usual : old;
    }

    private Instant expiry(Instant old) {
        if (!form.sets("expires_at")) {
            return form.has("expires_at") ? null : old;
        }
        String text = form.text("expires_at");
        if (text == null) {
            return null;
        }
        try {
            Instant at = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
            if (!at.isAfter(now) || at.isAfter(LATEST)) {
                form.reject("/expires_at", "range", "must lie ahead; to end a key now, revoke it");
            }
            return at;
        } catch (DateTimeException e) {
            form.reject("/expires_at", "invalid", "write date, time and zone, such as 2030-01-31T00:00:00Z");
            return null;
        }
    }

    private String rotation(String old) {
        if (!form.sets("rotate_every")) {
            return form.has("rotate_every") ? null : old;
        }
        String text = form.text("rotate_every");
        duration("rotate_every", text, MIN_ROTATION, MAX_ROTATION, "write a duration of 1 to 3650 days, such as P90D");
        return text;
    }

    private Duration grace() {
        if (!form.sets("grace_period")) {
            return USUAL_GRACE;
        }
        return duration(
                "grace_period",
                form.text("grace_period"),
                Duration.ZERO,
                MAX_GRACE,
                "write a duration from PT0S to P30D, such as PT24H");
    }

    private Duration duration(String field, String text, Duration least, Duration most, String cure) {
        if (text == null) {
            return least;
        }
        try {
            Duration duration = Duration.parse(text);
            if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0 && text.length() <= 40) {
                return duration;
            }
        } catch (DateTimeException e) {
            // told below, like a duration out of range
        }
        form.reject("/" + field, "invalid", cure);
        return least;
    }

    private boolean test() {
        String mode = form.sets("mode") ? form.text("mode") : "live";
        if (mode != null && !mode.equals("live") && !mode.equals("test")) {
            form.reject("/mode", "unknown", "write live or test");
        }
        return "test".equals(mode);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** A key as answers and the audit show it; never its secret. */
public final class KeyJson {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private KeyJson() {}

    /** The object of contract 4.6. */
    public static Map<String, Object> shown(HubKey key, Instant now) {
        KeyTerms terms = key.terms();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", key.id());
        shown.put("name", terms.name());
        shown.put("mode", key.test() ? "test" : "live");
        shown.put("status", key.status(now).code());
        shown.put("display", key.display());
        shown.put("preset", terms.preset());
        shown.put("scopes", terms.scopes());
        shown.put("allowed_ips", terms.allowedIps());
        shown.put("denied_ips", terms.deniedIps());
        shown.put("allowed_senders", terms.allowedSenders());
        putLimits(shown, terms);
        shown.put("expires_at", time(terms.expiresAt()));
        shown.put("rotate_every", terms.rotateEvery());
        shown.put("rotation_due", key.isRotationDue(now));
        shown.put("created_at", time(key.createdAt()));
        shown.put("created_by", key.createdBy());
        shown.put("revoked_at", time(key.revokedAt()));
        shown.put("last_used_at", time(key.lastUsedAt()));
        shown.put("last_used_ip", key.lastUsedIp());
        shown.put("replaces", key.replaces());
        shown.put("replaced_by", key.replacedBy());
        return shown;
    }

    /** What the audit keeps: everything that decides what the key may do; senders, which may be people, are counted. */
    static Map<String, Object> audited(HubKey key, Instant now) {
        KeyTerms terms = key.terms();
        Map<String, Object> kept = new LinkedHashMap<>();
        kept.put("name", terms.name());
        kept.put("mode", key.test() ? "test" : "live");
        kept.put("status", key.status(now).code());
        kept.put("preset", terms.preset());
        kept.put("scopes", String.join(" ", terms.scopes()));
        kept.put("allowed_ips", String.join(" ", terms.allowedIps()));
        kept.put("denied_ips", String.join(" ", terms.deniedIps()));
        kept.put("allowed_senders", terms.allowedSenders().size());
        putLimits(kept, terms);
        kept.put("expires_at", time(terms.expiresAt()));
        kept.put("rotate_every", terms.rotateEvery());
        kept.put("replaces", key.replaces());
        kept.put("replaced_by", key.replacedBy());
        return kept;
    }

    private static void putLimits(Map<String, Object> shown, KeyTerms terms) {
        shown.put(
                "requests_per_minute",
                Limits.minuteOf(terms.windows()).map(RateWindow::quota).orElse(null));
        shown.put("limits", terms.windows().stream().map(RateWindow::text).toList());
        shown.put("recipients_per_minute", terms.recipientsPerMinute());
        shown.put("concurrent_requests", terms.concurrentRequests());
    }

    static String time(Instant at) {
        return at == null ? null : TIME.format(at);
    }
}

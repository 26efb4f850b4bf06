// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.engine.input.Times;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * An address that must not get some mail.
 *
 * @param email the address in lower case
 * @param scope {@code all}, {@code marketing} or {@code topic:<id>}
 * @param expiresAt null for never
 */
public record Suppression(String email, String scope, String reason, String note, Long expiresAt, long createdAt) {
    public static final String HARD_BOUNCE = "hard_bounce";
    public static final String COMPLAINT = "complaint";
    public static final String UNSUBSCRIBE = "unsubscribe";
    public static final Set<String> REASONS =
            Set.of(HARD_BOUNCE, COMPLAINT, UNSUBSCRIBE, "manual", "invalid", "inactive", "role");
    public static final String ALL = "all";
    public static final String MARKETING = "marketing";

    /** What a reason stops unless told otherwise: an opt-out stops marketing, a dead address everything. */
    static String usualScope(String reason) {
        return switch (reason) {
            case UNSUBSCRIBE, "inactive", "role" -> MARKETING;
            default -> ALL;
        };
    }

    boolean stops(String category, String topic) {
        return scope.equals(ALL)
                || category.equals(MARKETING) && (scope.equals(MARKETING) || scope.equals("topic:" + topic));
    }

    public Map<String, Object> view() {
        var view = new LinkedHashMap<String, Object>();
        view.put("email", email);
        view.put("reason", reason);
        view.put("scope", scope);
        view.put("note", note);
        view.put("expires_at", Times.text(expiresAt));
        view.put("created_at", Times.text(createdAt));
        return view;
    }
}

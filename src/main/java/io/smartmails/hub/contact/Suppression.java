// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * An address that must not get some mail.
 *
 * @param email in lower case
 * @param scope {@code all}, {@code marketing} or {@code topic:<id>}
 * @param reason one of {@link #REASONS}
 * @param expiresAt epoch ms; null for never
 * @param createdAt epoch ms
 * @param changedAt epoch ms
 */
public record Suppression(
        String email, String scope, String reason, String note, Long expiresAt, long createdAt, long changedAt) {
    static final String HARD_BOUNCE = "hard_bounce";
    static final String COMPLAINT = "complaint";
    static final String UNSUBSCRIBE = "unsubscribe";
    static final String ALL = "all";
    static final String MARKETING = "marketing";

    /** Contract 4.12. */
    public static final Set<String> REASONS =
            Set.of(HARD_BOUNCE, COMPLAINT, UNSUBSCRIBE, "manual", "invalid", "inactive", "role");

    /** What a reason stops unless told otherwise: an opt-out stops marketing, a dead address everything. */
    public static String usualScope(String reason) {
        return switch (reason) {
            case UNSUBSCRIBE, "inactive", "role" -> MARKETING;
            default -> ALL;
        };
    }

    Suppression of(String otherEmail, long now) {
        return new Suppression(otherEmail, scope, reason, note, expiresAt, createdAt, now);
    }

    private boolean isGeneral() {
        return !scope.startsWith("topic:");
    }

    /** Whether the address is known to be dead. */
    boolean isBounce() {
        return isGeneral() && reason.equals(HARD_BOUNCE);
    }

    boolean isComplaint() {
        return isGeneral() && reason.equals(COMPLAINT);
    }

    boolean isOptOut() {
        return isGeneral() && reason.equals(UNSUBSCRIBE);
    }

    /** As applications and SmartMails see it. */
    public Map<String, Object> view() {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("email", email);
        view.put("reason", reason);
        view.put("scope", scope);
        view.put("note", note);
        view.put("expires_at", Times.text(expiresAt));
        view.put("created_at", Times.text(createdAt));
        return view;
    }
}

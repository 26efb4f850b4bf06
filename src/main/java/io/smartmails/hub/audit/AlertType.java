// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What is alerted of, as in section 4.7 of the SmartMails contract and some of the hub's own, each with its usual rule. */
public enum AlertType {
    /** Wrong or dead keys from one address within the window. */
    AUTH_FAILURES(20.0, Duration.ofMinutes(5), "Somebody tries keys. Block the address if it is none of yours."),
    /** A known key came from an address not seen within the window. */
    KEY_NEW_IP(
            null,
            Duration.ofDays(30),
            "If nobody moved, revoke the key: it may be in other hands. An address list on the key keeps strangers out."),
    /** An address was refused by a list, or shut out for wrong keys. */
    IP_BLOCKED(1.0, null, "Correct the address list if the caller is one of yours."),
    /** Calls of one key that lacked a scope within the window. */
    SCOPE_PROBE(5.0, Duration.ofMinutes(10), "Ask the key's owner; an application that needs more gets a new key."),
    /** Times the usual number of requests of a key in this hour of the day, and more than 100. */
    VOLUME_SPIKE(4.0, Duration.ofHours(1), "Ask the key's owner; disable the key if nobody knows of it."),
    /** Percent of the window's minutes in which a key ran into its limit. */
    RATE_SATURATED(90.0, Duration.ofMinutes(10), "Raise the key's limit, or have its owner send in batches."),
    /** Percent of the last 500 mails that bounced. */
    BOUNCE_RATE(5.0, null, "Stop sending to the list it comes from and clean it."),
    /** Percent of the last mails that brought a complaint. */
    COMPLAINT_RATE(0.1, null, "Stop sending to the list it comes from; check how its people signed up."),
    /** A key ends within 14, 3 or 1 days. */
    KEY_EXPIRING(null, null, "Roll the key: the old one goes on working for the grace you choose."),
    /** A key stood in a URL, or a revoked one was used. */
    KEY_LEAKED(null, null, "Revoke the key, give its owner a new one, and look for what it did in the audit."),
    /** An alert webhook fails. */
    WEBHOOK_FAILING(null, null, "Mend the receiver, then enable the webhook again."),
    /** Percent of requests that SmartMails could not answer within the window. */
    UPSTREAM_ERRORS(0.5, Duration.ofHours(1), "Nothing is lost, it is tried again. Ask SmartMails if it goes on."),
    /** SmartMails refuses the account's key. */
    UPSTREAM_REFUSED(null, null, "Give the hub a valid SmartMails key; everything waits until then."),
    /** The account's SmartMails key lacks a scope. */
    UPSTREAM_SCOPE(null, null, "Give the account's SmartMails key the scope; what needs it waits until then."),
    /** The account's quota is used up. */
    UPSTREAM_QUOTA(null, null, "Mail waits until the quota is renewed, or until you have it raised."),
    /** SmartMails answers in a way the contract does not know. */
    UPSTREAM_NONSENSE(null, null, "Check smartmails.base-url, and that no proxy answers in its place."),
    /** Rows, disk or data near the mark at which new work is refused: half of it, 80 %, all. */
    QUEUE_PRESSURE(null, null, "Look at the budget, the dead letters and the disk: more comes in than leaves.");

    private final Double threshold;
    private final Duration window;
    private final String cure;

    AlertType(Double threshold, Duration window, String cure) {
        this.threshold = threshold;
        this.window = window;
        this.cure = cure;
    }

    /** Null where there is nothing to count. */
    public Double threshold() {
        return threshold;
    }

    /** Null where time plays no part. */
    public Duration window() {
        return window;
    }

    /** What to do about it. */
    public String cure() {
        return cure;
    }

    /** The public spelling, for example {@code auth_failures}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<AlertType> of(String code) {
        return Arrays.stream(values()).filter(type -> type.code().equals(code)).findFirst();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.hub.event.Consent;
import java.time.Duration;
import java.util.Comparator;

/**
 * The newest statement of each kind about consent; together they say what holds.
 *
 * @param optIn newest explicit opt-in; null when there was none
 * @param optOut newest opt-out; null when there was none
 * @param pending newest unconfirmed opt-in; null when there was none
 */
record ConsentRecord(Said optIn, Said optOut, Said pending) {
    static final ConsentRecord NONE = new ConsentRecord(null, null, null);

    /** An opt-in that does not tell when it was given is older than everything: it can never undo an opt-out. */
    private static final long UNKNOWN_TIME = 0;

    /** How far a source's clock may be ahead of ours; a later time is garbage, such as the year 9999, and tells nothing. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    /**
     * One statement.
     *
     * @param at when the person decided, epoch ms
     * @param ip from where; null when not told
     */
    record Said(long at, String method, String evidence, String by, String ip) {
        /** Total, so that the newest is the same whatever came first. */
        private static final Comparator<Said> AGE = Comparator.comparingLong(Said::at)
                .thenComparing(Said::by)
                .thenComparing(Said::method, Comparator.nullsFirst(Comparator.naturalOrder()))
                .thenComparing(Said::evidence, Comparator.nullsFirst(Comparator.naturalOrder()))
                .thenComparing(Said::ip, Comparator.nullsFirst(Comparator.naturalOrder()));

        /** An application asked for a status and told nothing of how it came about. */
        boolean isBare() {
            return at == UNKNOWN_TIME
                    && method == null
                    && evidence == null
                    && ip == null
                    && by.equals(ContactChange.BY);
        }

        private Said from(String address) {
            return new Said(at, method, evidence, by, address);
        }

        private static Said newer(Said a, Said b) {
            if (a == null || b == null) {
                return a == null ? b : a;
            }
            return AGE.compare(a, b) >= 0 ? a : b;
        }
    }

    /**
     * @param saidAt version of the statement, for an opt-out that does not tell its time
     * @param now of the receipt, epoch ms
     */
    static ConsentRecord of(Consent consent, long saidAt, String by, long now) {
        if (consent == null) {
            return NONE;
        }
        long told = consent.at() == null ? UNKNOWN_TIME : consent.at().toEpochMilli();
        long at = told > now + SKEW.toMillis() ? UNKNOWN_TIME : Math.max(UNKNOWN_TIME, told);
        return switch (consent.state()) {
            case SUBSCRIBED ->
                new ConsentRecord(new Said(at, consent.method(), consent.evidence(), by, null), null, null);
            case UNSUBSCRIBED ->
                new ConsentRecord(
                        null,
                        new Said(at == UNKNOWN_TIME ? saidAt : at, consent.method(), consent.evidence(), by, null),
                        null);
            case PENDING -> new ConsentRecord(null, null, new Said(at, consent.method(), consent.evidence(), by, null));
            case UNKNOWN -> NONE;
        };
    }

    /** The same, told from an address. */
    ConsentRecord from(String ip) {
        return new ConsentRecord(
                optIn == null ? null : optIn.from(ip),
                optOut == null ? null : optOut.from(ip),
                pending == null ? null : pending.from(ip));
    }

    ConsentRecord and(ConsentRecord other) {
        return new ConsentRecord(
                Said.newer(optIn, other.optIn), Said.newer(optOut, other.optOut), Said.newer(pending, other.pending));
    }

    Consent.State state() {
        if (optOut != null && (optIn == null || optIn.at() <= optOut.at())) {
            return Consent.State.UNSUBSCRIBED;
        }
        if (optIn != null) {
            return Consent.State.SUBSCRIBED;
        }
        return pending != null ? Consent.State.PENDING : Consent.State.UNKNOWN;
    }

    /** The statement behind the state; null when it is unknown. */
    Said decisive() {
        return switch (state()) {
            case SUBSCRIBED -> optIn;
            case UNSUBSCRIBED -> optOut;
            case PENDING -> pending;
            case UNKNOWN -> null;
        };
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.hub.event.Consent;

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

    /**
     * One statement.
     *
     * @param at when the person decided, epoch ms
     */
    record Said(long at, String method, String evidence, String by) {
        private static Said newer(Said a, Said b) {
            if (a == null || b == null) {
                return a == null ? b : a;
            }
            return a.at != b.at ? (a.at > b.at ? a : b) : (a.by.compareTo(b.by) >= 0 ? a : b);
        }
    }

    /** @param saidAt version of the statement, for an opt-out that does not tell its time */
    static ConsentRecord of(Consent consent, long saidAt, String by) {
        if (consent == null) {
            return NONE;
        }
        long at = consent.at() != null ? consent.at().toEpochMilli() : UNKNOWN_TIME;
        return switch (consent.state()) {
            case SUBSCRIBED -> new ConsentRecord(new Said(at, consent.method(), consent.evidence(), by), null, null);
            case UNSUBSCRIBED ->
                new ConsentRecord(
                        null,
                        new Said(at == UNKNOWN_TIME ? saidAt : at, consent.method(), consent.evidence(), by),
                        null);
            case PENDING -> new ConsentRecord(null, null, new Said(at, consent.method(), consent.evidence(), by));
            case UNKNOWN -> NONE;
        };
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

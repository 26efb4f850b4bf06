// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.db.Tx;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.RetryPolicy;
import io.smartmails.hub.timeline.TimelineStore;

/** The words for a verdict, in the timeline and in the log. */
final class Failures {
    private Failures() {}

    /** @param what fails: the translation, or a rule by its id */
    static void tell(
            Tx tx, TimelineStore timeline, String envelopeId, String what, RetryPolicy.Verdict verdict, String ref) {
        if (verdict instanceof RetryPolicy.RetryAt later) {
            timeline.add(
                    tx, envelopeId, "routing", "retry", what + ": " + later.cause() + "; again at " + later.at(), ref);
        } else if (verdict instanceof RetryPolicy.Dead dead) {
            timeline.add(tx, envelopeId, "routing", "dead", what + ": " + dead.cause(), ref);
        }
    }

    /** Without the cause, which may quote the payload. */
    static String outcome(RetryPolicy.Verdict verdict) {
        return verdict instanceof RetryPolicy.RetryAt later ? "tried again at " + later.at() : "dead letter";
    }

    /** What of a failure may stand in a log: a message of ours names no person, a foreign one might. */
    static String loggable(Throwable failure) {
        return failure instanceof PermanentFailure || failure instanceof TransientFailure
                ? failure.getMessage()
                : failure.getClass().getSimpleName();
    }
}

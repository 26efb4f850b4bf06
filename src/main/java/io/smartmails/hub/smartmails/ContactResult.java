// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

/**
 * What SmartMails did with one contact of a batch.
 *
 * @param id of the contact there; null when failed
 * @param keptStatus the status SmartMails kept although the batch said another, for example {@code unsubscribed}; or null
 * @param code stable item code when failed; otherwise null
 * @param detail why it failed, in words and without addresses; otherwise null
 */
public record ContactResult(Status status, String id, String keptStatus, String code, String detail) {
    public enum Status {
        CREATED,
        UPDATED,
        UNCHANGED,
        /** SmartMails holds something newer from us. */
        STALE,
        FAILED,
        /** It said something that is not known: the item may have been taken. */
        UNCLEAR
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

/**
 * What SmartMails did with one message of a batch.
 *
 * @param id of the message there, the first one's for a duplicate; null when rejected
 * @param code stable item code when rejected, for example {@code invalid_email}; otherwise null
 * @param detail why it was dropped or rejected, in words and without addresses; otherwise null
 */
public record SendResult(Status status, String id, String code, String detail) {
    public enum Status {
        ACCEPTED,
        DUPLICATE,
        DROPPED,
        REJECTED,
        /** It said something that is not known: the item may have been taken. */
        UNCLEAR
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

/**
 * What the account allows.
 *
 * @param requestsPerMinute in any 60 s; 0 when the account does not tell
 * @param messagesPerBatch items in one send
 * @param contactsPerBatch items in one contact upsert
 */
public record Limits(int requestsPerMinute, int messagesPerBatch, int contactsPerBatch) {
    /** Used until the account has answered: the contract's defaults (4.2). */
    public static final Limits DEFAULT = new Limits(0, 500, 1000);
}

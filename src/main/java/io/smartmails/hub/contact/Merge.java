// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

/** What a statement did to the ledger. */
public enum Merge {
    /** Something is different now; an item waits to take it to SmartMails. */
    CHANGED,
    /** Nothing new; nothing was written. */
    UNCHANGED,
    /** Older than what the same source said before, and nothing in it was still unknown. */
    STALE,
    /** The person is not known by this source id and the statement has no address. */
    NO_ADDRESS
}

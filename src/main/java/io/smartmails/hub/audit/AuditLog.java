// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Tx;

/** The append-only, hash-chained record of who did what. */
public interface AuditLog {
    /** Appends in the caller's commit: the act and its record happen together or not at all. */
    void append(Tx tx, AuditEntry entry);
}

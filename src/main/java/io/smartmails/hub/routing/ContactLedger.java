// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.db.Tx;
import io.smartmails.hub.queue.ContactCommand;

/** Stand-in. */
interface ContactLedger {
    Merge merge(Tx tx, ContactCommand command, String envelopeId, String runId);
}

/**
 * What leaves for SmartMails. In: due items of the queue, changed contacts of the ledger, the operator's templates. Out:
 * batches, never more requests in any 60 s than the account allows, and the settlement of every item: delivered, dropped,
 * again later, or dead. A lost answer or a killed process repeats an item with the same dedupe id, so nothing is mailed
 * twice; a refused key stops all sending and loses nothing.
 */
package io.smartmails.hub.sending;

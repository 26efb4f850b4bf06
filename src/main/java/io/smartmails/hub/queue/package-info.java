/**
 * The durable middle of the hub: envelopes, rule runs and outgoing items are rows with a state and a due time.
 *
 * <p>In: envelopes from intake, events and runs from routing, items from runs. Out: the same, claimed for a lease, in due
 * order. A row that failed for a while is due again later ({@link io.smartmails.hub.queue.RetryPolicy}); one that cannot
 * succeed is a dead letter until it is replayed. All methods that take a {@link io.smartmails.db.Tx} join the caller's
 * commit, so that a stage's whole step is stored or nothing of it.
 */
package io.smartmails.hub.queue;

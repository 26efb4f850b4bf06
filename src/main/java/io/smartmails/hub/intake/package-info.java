/**
 * Journals what the gateway admitted and answers only then.
 *
 * <p>In: an {@link io.smartmails.hub.gateway.Admission}, or a message of an application. Out: envelopes (and, for
 * messages, items) committed and flushed, and a receipt for the sender. Fails with 503 when the journal cannot be written;
 * nothing is answered 2xx that is not on disk.
 */
package io.smartmails.hub.intake;

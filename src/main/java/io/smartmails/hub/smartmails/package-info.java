/**
 * The HTTP client of SmartMails. In: batches, reads and settings. Out: a result per item. Fails as {@code
 * TransientFailure} (try later; an answer that got lost is one, and safe because every item carries its dedupe id),
 * {@code PermanentFailure} (the whole request is refused) or {@code SmartMailsClient.KeyRefused} (no call can succeed).
 * One try per call: repeating belongs to the queue, pacing to {@code sending}.
 */
package io.smartmails.hub.smartmails;

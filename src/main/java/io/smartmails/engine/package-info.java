/**
 * The embedded engine: a SmartMails-compatible server of its own (contract smartmails-v1) with its own port and database.
 *
 * <p>In: HTTP calls with a bearer key. Out: mails over SMTP, by default into the embedded capture server. Refusals are
 * problem+json. It knows nothing of the hub.
 */
package io.smartmails.engine;

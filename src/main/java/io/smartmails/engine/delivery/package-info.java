/**
 * From the queue to an SMTP server. In: messages that are due. Out: their outcome, stored right after the server's answer.
 * At least once: a crash between that answer and its commit sends the mail again, with the same Message-ID.
 */
package io.smartmails.engine.delivery;

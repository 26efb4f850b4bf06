/**
 * The embedded SMTP server that takes all mail while no other server is configured. In: SMTP on loopback. Out: an inbox
 * on disk; a mail is acknowledged only after its commit, and nothing is de-duplicated, so the inbox shows what was sent.
 */
package io.smartmails.engine.capture;

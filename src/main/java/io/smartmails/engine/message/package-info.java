/**
 * Messages from acceptance to their last state. In: message requests. Out: rows on disk, rendered and ready to deliver,
 * and per-item results. A dedupe id is taken in the commit that stores the message, so a repeat finds the first one.
 */
package io.smartmails.engine.message;

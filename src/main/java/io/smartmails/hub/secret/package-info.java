/**
 * The hub's own secrets: 32 random bytes each of pepper (keys are stored as HMACs under it) and master key (what the hub
 * must be able to use again is encrypted under it), in files only the owner can read. Fails at start when a file is
 * unreadable or of the wrong length; never replaces one that exists.
 */
package io.smartmails.hub.secret;

/**
 * The kinds of failure inside the hub. Refused is {@link io.smartmails.problem.ProblemException} (the caller must change
 * something); Transient means nothing is wrong with the message and the queue tries again; Permanent goes to the dead
 * letters. What each costs is decided in one place, {@code queue.RetryPolicy}.
 */
package io.smartmails.hub.failure;

/**
 * Refusals as RFC 9457 problem+json with the stable codes of the SmartMails contract, shared by the hub's entrances and
 * the engine. A {@link io.smartmails.problem.Problem} says what is wrong and what to do about it, never a secret.
 */
package io.smartmails.problem;

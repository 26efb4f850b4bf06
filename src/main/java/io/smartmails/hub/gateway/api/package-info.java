/**
 * The part of {@code /v1} that is not accepted and paced: contacts, lists and suppressions, answered from the hub's own
 * ledger; everything else of the contract, handed on to SmartMails within the account's budget, reads through a short
 * shared cache.
 *
 * <p>In: a request of a {@link io.smartmails.hub.gateway.Caller} whom the filter let in. Out: the contract's answer. Fails
 * with problem+json: 400, 403 for a missing scope, 404, 405, 409, 413, 415, 422; 502 and 504 for a SmartMails that does not
 * answer as it should; 503 with {@code Retry-After} when the budget has nothing left.
 */
package io.smartmails.hub.gateway.api;

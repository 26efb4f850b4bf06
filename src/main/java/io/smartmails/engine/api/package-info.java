/**
 * The HTTP edge: one servlet with a table of routes. In: requests. Out: JSON, or problem+json with the contract's codes;
 * on every reply the rate headers and {@code X-Request-Id}. Order of the checks: size, credential, scope, rate, handler.
 */
package io.smartmails.engine.api;

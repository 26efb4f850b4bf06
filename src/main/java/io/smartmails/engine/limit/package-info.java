/** Exact request limits. In: a key id or an address, and a clock. Out: an {@link io.smartmails.engine.limit.Allowance}. */
package io.smartmails.engine.limit;

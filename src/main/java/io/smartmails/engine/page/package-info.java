/** Listings of the contract (4.1): limit, opaque cursor, order by time with ties broken by id, time filters. */
package io.smartmails.engine.page;

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Instant;

/**
 * Which events are to run through the rules again; null = no matter.
 *
 * @param id of one event ({@code evt_...}), or a receipt with all its events
 * @param type such as {@code order.paid}
 * @param since earliest time it was made, included
 * @param until latest time it was made, excluded
 */
public record EventFilter(String id, String connection, String type, Instant since, Instant until) {}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.hub.connector.Connection;
import io.smartmails.hub.connector.Delivery;
import java.util.List;

/**
 * A webhook that passed every check at the door. Only {@link WebhookGate} makes one, so unverified bytes cannot reach the
 * journal.
 *
 * @param deliveries at least one; several when the vendor batches
 */
public record Admission(Connection connection, List<Delivery> deliveries) {}

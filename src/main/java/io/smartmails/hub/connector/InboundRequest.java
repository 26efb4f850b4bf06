// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.util.List;
import java.util.Map;

/**
 * A webhook call as it arrived.
 *
 * @param pathSecret last segment of {@code /webhooks/{connection}/{secret}}; null when the path has none
 * @param headers all values by lower-case name
 * @param body the exact bytes received; signatures are taken over these
 */
@SuppressWarnings("ArrayRecordComponent")
public record InboundRequest(String pathSecret, Map<String, List<String>> headers, byte[] body) {}

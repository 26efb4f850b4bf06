// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.time.Duration;

/**
 * At most so many in so long.
 *
 * @param name as it stands in {@code RateLimit-Policy}: {@code burst}, {@code minute}, {@code day}
 * @param quota 1 to 10,000,000
 * @param length 1 second to 31 days
 */
public record RateWindow(String name, long quota, Duration length) {}

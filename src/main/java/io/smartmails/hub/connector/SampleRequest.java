// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.util.Map;

/**
 * A webhook call that is ready to be posted to a hub.
 *
 * @param path below the hub's address, for example {@code /webhooks/demo-shop}; holds the path secret when there is one
 * @param headers all headers to send, by the vendor's spelling
 */
@SuppressWarnings("ArrayRecordComponent")
public record SampleRequest(String path, Map<String, String> headers, byte[] body) {}

// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Instant;
import java.util.Map;

/**
 * A verified, undecoded receipt.
 *
 * @param id receipt id: {@code env_...}, or {@code msg_...} for a message of an application
 * @param connector kind of system, for example {@code shopify}
 * @param connection account of that system, for example {@code demo-shop}
 * @param topic the vendor's topic, at most 200 characters
 * @param dedupeId unique within connection and topic; a second envelope with it is a repeat. At most 300 characters
 * @param headers the few headers the manifest keeps, lower-case names
 * @param body the bytes as they came
 * @param attempts tries of the translation so far
 */
public record Envelope(
        String id,
        String connector,
        String connection,
        String topic,
        String dedupeId,
        Instant receivedAt,
        Map<String, String> headers,
        byte[] body,
        int attempts) {}

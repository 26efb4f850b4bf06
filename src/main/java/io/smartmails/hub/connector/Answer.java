// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

/**
 * The reply a vendor takes as "received".
 *
 * @param contentType null when the body is empty
 */
@SuppressWarnings("ArrayRecordComponent")
public record Answer(int status, String contentType, byte[] body) {}

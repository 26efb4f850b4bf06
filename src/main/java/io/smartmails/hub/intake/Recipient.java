// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

/**
 * One addressee.
 *
 * @param kind {@code to}, {@code cc} or {@code bcc}
 * @param name may be null
 */
record Recipient(String kind, String email, String name) {}

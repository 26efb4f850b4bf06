// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

/**
 * What was accepted.
 *
 * @param id the first one's when this is a repeat
 */
record Taken(String id, boolean duplicate) {}

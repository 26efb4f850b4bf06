// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

/**
 * What the sender of an envelope gets.
 *
 * @param id of the stored envelope; of the first one when this is a repeat
 */
public record Receipt(String id, boolean duplicate) {}
